package millrace.ops.observe;

import java.util.List;

import millrace.topology.run.LocalState;

/**
 * A pipeline and what it does now.
 *
 * @param state of its stream application in this process, such as {@code running}; {@code elsewhere} if another
 *        process runs it, {@code idle} if it has no models to run
 * @param detail one sentence on the state; may be empty
 * @param keeps what its tasks have in their stores in the process that was asked
 */
public record PipelineStatus(String name, String state, String detail, Condition condition, List<String> contracts,
        List<String> models, LocalState keeps) {
    public PipelineStatus {
        contracts = List.copyOf(contracts);
        models = List.copyOf(models);
    }
}
