package millrace.ops.load;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import millrace.schemas.contract.Contract;
import org.apache.kafka.common.utils.Utils;

/** The Kafka key of a contract's rows: the key columns as text, and the partition that Kafka's own rule gives it. */
public final class RecordKeys {
    private final int[] columns;

    public RecordKeys(Contract contract) {
        List<String> names = contract.columns().stream().map(c -> c.name()).toList();
        this.columns = contract.key().stream().mapToInt(names::indexOf).toArray();
    }

    /** Null if the contract has no key. */
    public byte[] key(Object[] row) {
        if (columns.length == 0) {
            return null;
        } else if (columns.length == 1) {
            return String.valueOf(row[columns[0]]).getBytes(StandardCharsets.UTF_8);
        }
        return IntStream.of(columns).mapToObj(c -> String.valueOf(row[c])).collect(Collectors.joining("|"))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The same for the same key for ever, as any Kafka client would choose; rows without key take turns. */
    public static int partition(byte[] key, long number, int partitions) {
        return key == null ? (int) (number % partitions) : Utils.toPositive(Utils.murmur2(key)) % partitions;
    }
}
