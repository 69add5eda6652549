package millrace.ops.cli;

import java.util.List;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.TableSpec;

/** A table that a pipeline lands, as its folder says. */
record LandedTable(String pipeline, TableSpec spec) {
    /** @throws ProblemException if no pipeline lands a table of this name */
    static LandedTable find(Where where, Terminal terminal, String name) {
        List<Deployment> deployments = where.projects(terminal).stream().map(Deployment::read).toList();
        for (Deployment deployment : deployments) {
            for (DeployedTable table : deployment.tables()) {
                if (table.name().equals(name)) {
                    return new LandedTable(deployment.name(), table.spec());
                }
            }
        }
        throw Catalog.unknown(name,
                deployments.stream().flatMap(d -> d.tables().stream()).map(DeployedTable::name).toList());
    }
}
