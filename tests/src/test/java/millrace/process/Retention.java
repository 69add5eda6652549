package millrace.process;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import millrace.schemas.contract.Contract;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/** Lets a topic forget, as time does. */
public final class Retention {
    private Retention() {}

    /** @param share of all the records that each partition has had; it has only those behind them any more */
    public static void letGo(String servers, Contract contract, double share) {
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        for (int p = 0; p < contract.partitions(); p++) {
            partitions.put(new TopicPartition(contract.topic(), p), OffsetSpec.latest());
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            Map<TopicPartition, RecordsToDelete> first = new HashMap<>();
            admin.listOffsets(partitions).all().get().forEach((partition, end) -> first.put(partition,
                    RecordsToDelete.beforeOffset((long) (end.offset() * share))));
            admin.deleteRecords(first).all().get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
