package millrace.topology.assemble;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.RecordChecks;
import millrace.topology.plan.PlanNode;

/** Which columns of each contract anything reads: models, event time, and the promises that are checked. */
final class NeededColumns {
    private final Map<String, BitSet> byContract = new HashMap<>();

    NeededColumns(Pipeline pipeline) {
        pipeline.contracts().forEach(c -> byContract.put(c.name(), own(c)));
        pipeline.models().forEach(m -> collect(m.plan().root()));
    }

    BitSet of(Contract contract) {
        return byContract.get(contract.name());
    }

    private static BitSet own(Contract contract) {
        BitSet needed = new BitSet();
        contract.eventTime().ifPresent(e -> needed.set(contract.rowType().indexOf(e.column())));
        needed.or(RecordChecks.of(contract).columns());
        if (contract.kind() == Contract.Kind.CHANGELOG) {
            contract.key().forEach(k -> needed.set(contract.rowType().indexOf(k)));
        }
        return needed;
    }

    private void collect(PlanNode node) {
        if (node instanceof PlanNode.Scan scan && scan.kind() == PlanNode.Scan.Kind.CONTRACT) {
            scan.columns().forEach(byContract.get(scan.source())::set);
        }
        node.inputs().forEach(this::collect);
    }
}
