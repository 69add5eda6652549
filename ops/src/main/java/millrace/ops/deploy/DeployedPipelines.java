package millrace.ops.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import millrace.topology.run.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** What pipelines of a cluster run by. */
public final class DeployedPipelines {
    private final Topics topics;
    private final Map<String, Object> client;

    /**
     * @param topics stays the caller's to close
     * @param client settings of Kafka clients by their own names, with {@code bootstrap.servers}
     */
    public DeployedPipelines(Topics topics, Map<String, Object> client) {
        this.topics = topics;
        this.client = Map.copyOf(client);
    }

    /** Empty if it never ran. */
    public Optional<Deployed> find(String pipeline) {
        try (DeployedJournal journal = new DeployedJournal(topics, client, pipeline)) {
            return journal.read();
        }
    }

    /** All of them, by name. */
    public List<Deployed> all() {
        List<Deployed> all = new ArrayList<>();
        for (String topic : names()) {
            find(topic.substring(0, topic.length() - DeployedJournal.SUFFIX.length())).ifPresent(all::add);
        }
        return all;
    }

    private Set<String> names() {
        try (Admin admin = Admin.create(client)) {
            Set<String> names = new TreeSet<>(admin.listTopics().names().get());
            names.removeIf(n -> !n.endsWith(DeployedJournal.SUFFIX));
            return names;
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException k ? k : new KafkaException(e.getCause());
        }
    }
}
