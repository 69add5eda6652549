package millrace.ops.platform;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/**
 * Holds every producer of an embedded broker back to a trickle, by Kafka's own quota for clients without one of their
 * own. Nothing is refused, so no producer loses a record; it waits. The quota outlives the process, so it is taken off
 * at every start.
 */
final class ProducerBrake implements AutoCloseable {
    /** Slow enough for a disk, fast enough that a producer does not have to wait for minutes once it is off. */
    private static final double TRICKLE = 64 << 10;
    private static final ClientQuotaEntity EVERYBODY = new ClientQuotaEntity(
            Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null));

    private final Admin admin;

    ProducerBrake(String bootstrapServers) {
        admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    void on() {
        set(TRICKLE);
    }

    void off() {
        set(null);
    }

    private void set(Double bytesPerSecond) {
        try {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(EVERYBODY,
                    List.of(new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond))))).all().get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new KafkaException("the producers' quota could not be set: " + e.getCause().getMessage(),
                    e.getCause());
        }
    }

    @Override
    public void close() {
        admin.close(java.time.Duration.ofSeconds(1));
    }
}
