package millrace.ops.observe;

import java.util.Map;
import java.util.TreeMap;

/**
 * What records of a contract, or computed rows of a model, were refused for, counted in their quarantine table.
 *
 * @param source the contract, or the model with its layer
 * @param beside the table that what was accepted lands in
 * @param waiting records on the quarantine topic that are not in the table yet
 * @param byReason committed records by reason code
 */
public record QuarantineStatus(String pipeline, String source, String beside, String topic, String table,
        long records, long waiting, Map<String, Long> byReason) {
    public QuarantineStatus {
        byReason = java.util.Collections.unmodifiableMap(new TreeMap<>(byReason));
    }
}
