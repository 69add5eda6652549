package millrace.ops.deploy;

import java.time.Duration;
import java.util.Optional;

import millrace.sinks.iceberg.table.TableSpec;

/**
 * A table of a deployment.
 *
 * @param source the contract or model that it comes from
 * @param freshness what the contract promises
 */
public record DeployedTable(TableSpec spec, Kind kind, String source, Optional<Duration> freshness) {
    /** What a table holds. */
    public enum Kind {
        /** Every record of a contract's topic. */
        BRONZE,
        /** The rows of a model. */
        MODEL,
        /** The rows that came too late for a window of a model. */
        LATE,
        /** The records of a contract's topic that were refused, and the computed rows of a model that were. */
        QUARANTINE
    }

    public String name() {
        return spec.qualifiedName();
    }
}
