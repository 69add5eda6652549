package millrace.ops.run;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.topic.WritableTopics;
import millrace.sinks.iceberg.run.SinkConfig;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Sees to it that the topic on which stage workers and committers speak is there. */
public final class ControlTopic {
    /** Tables carry their control position, so what lies there longer than a proposal may wait is never read. */
    public static final Map<String, String> SETTINGS = Map.of("retention.ms", Long.toString(7L * 86_400_000),
            "max.message.bytes", Integer.toString(16 << 20), "message.timestamp.type", "LogAppendTime");

    private ControlTopic() {}

    /** @throws ProblemException if it is missing and topics are not created here; KafkaException if nobody answers */
    static void require(Connections connections) {
        try (Admin admin = Admin.create(connections.kafkaClient())) {
            if (exists(admin)) {
                return;
            }
            switch (connections.topics()) {
                case Connections.TopicCreation.Create create -> WritableTopics.create(admin,
                        List.of(new NewTopic(SinkConfig.CONTROL_TOPIC, SinkConfig.CONTROL_PARTITIONS,
                                create.replication()).configs(SETTINGS)));
                case Connections.TopicCreation.Require r -> throw new ProblemException(Problem.of(
                        OpsProblem.TOPIC_UNKNOWN, SinkConfig.CONTROL_TOPIC, "The topic " + SinkConfig.CONTROL_TOPIC
                                + " does not exist, and this profile does not create topics.")
                        .withRemedy("Create it with " + SinkConfig.CONTROL_PARTITIONS
                                + " partitions; `millrace topics apply` does so."));
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException k ? k : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static boolean exists(Admin admin) throws ExecutionException, InterruptedException {
        try {
            admin.describeTopics(List.of(SinkConfig.CONTROL_TOPIC)).allTopicNames().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw e;
        }
    }
}
