package millrace.topology.origin;

import millrace.schemas.contract.Contract;
import org.apache.kafka.common.Uuid;

/**
 * A contract's topic as it is now.
 *
 * @param topicId the cluster's id of the topic; another one means that the topic was deleted and made anew
 * @param ordinal of this source among the pipeline's sources in the order of their names; part of the total order of rows
 */
public record SourceTopic(Contract contract, Uuid topicId, int partitions, int ordinal) {
    public String topic() {
        return contract.topic();
    }
}
