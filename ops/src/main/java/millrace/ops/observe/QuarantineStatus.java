package millrace.ops.observe;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a contract's records were refused for, counted in its quarantine table.
 *
 * @param waiting records on the quarantine topic that are not in the table yet
 * @param byReason committed records by reason code
 */
public record QuarantineStatus(String pipeline, String contract, String topic, String table, long records,
        long waiting, Map<String, Long> byReason) {
    public QuarantineStatus {
        byReason = java.util.Collections.unmodifiableMap(new TreeMap<>(byReason));
    }
}
