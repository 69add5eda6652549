package millrace.ops.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import millrace.replay.plan.ReplayPlan;

/** What stands in the audit of a replay. */
final class ReplayAudit {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ReplayAudit() {}

    /** By topic and partition, the first offset that is read and the one behind the last: {@code {"clicks":{"0":[5,9]}}}. */
    static String offsets(ReplayPlan plan) {
        ObjectNode topics = JSON.createObjectNode();
        for (ReplayPlan.Read read : plan.reads()) {
            ObjectNode partitions = topics.putObject(read.topic());
            read.partitions().forEach(p -> partitions.putArray(Integer.toString(p.partition())).add(p.start())
                    .add(p.end().orElse(p.known())));
        }
        return topics.toString();
    }
}
