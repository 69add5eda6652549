package millrace.topology.assemble;

import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.internals.InternalTopicProperties;

/**
 * A topology that may have topics of its own: created, named after the application and emptied by Kafka Streams, as the
 * DSL's are. The Processor API has no public way to ask for one, so this one class leans on a protected field;
 * {@code EngineTopologyTest} holds it against the Kafka version in use.
 */
final class EngineTopology extends Topology {
    /** The ending by which Kafka's tools know such topics. */
    static final String SUFFIX = "-repartition";

    /** @param name without the application's */
    void addInternalTopic(String name, int partitions) {
        internalTopologyBuilder.addInternalTopic(name, new InternalTopicProperties(partitions));
    }
}
