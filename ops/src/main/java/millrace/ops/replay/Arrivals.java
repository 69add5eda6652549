package millrace.ops.replay;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import millrace.ops.deploy.Deployment;
import millrace.replay.plan.PlanRequest.Arrived;
import millrace.replay.plan.ReplayPlan.Times;
import millrace.schemas.contract.Contract;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.read.TableCatalog;
import millrace.sinks.iceberg.table.OriginColumn;

/** Which records of a stretch of time have come, as bronze tables tell; for models that take them however late. */
final class Arrivals implements Arrived {
    private final Deployment live;
    private final Map<String, String> catalogProperties;

    Arrivals(Deployment live, Map<String, String> catalogProperties) {
        this.live = live;
        this.catalogProperties = catalogProperties;
    }

    @Override
    public Optional<SortedMap<Integer, Long>> last(String contract, Times times) {
        try (TableCatalog catalog = TableCatalog.open(catalogProperties)) {
            return live.bronzeOf(contract).filter(b -> b.spec().ages().keep().isEmpty())
                    .flatMap(bronze -> catalog.lastOffsets(bronze.name(), new RowRange(
                            timeOf(live.pipeline().contract(contract).orElseThrow()), OptionalLong.of(times.from()),
                            OptionalLong.of(times.to()))));
        }
    }

    private static String timeOf(Contract contract) {
        return contract.eventTime().map(e -> e.column()).orElse(OriginColumn.TIMESTAMP.columnName());
    }

    /** By partition, up to where bronze has a contract's records. */
    Map<Integer, Long> landed(String contract) {
        return live.bronzeOf(contract).flatMap(bronze -> TableBranches.find(catalogProperties, bronze.name(), "main"))
                .map(TableBranches.Ref::next).orElse(Map.of());
    }
}
