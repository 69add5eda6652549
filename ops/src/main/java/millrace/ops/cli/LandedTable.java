package millrace.ops.cli;

import java.util.List;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.TableName;
import millrace.sinks.iceberg.table.TableSpec;

/** A table that a pipeline lands. */
record LandedTable(String pipeline, TableSpec spec) {
    /**
     * As its folder says.
     *
     * @throws ProblemException if no pipeline lands a table of this name
     */
    static LandedTable find(Where where, Terminal terminal, String name) {
        return find(where.projects(terminal).stream().map(Deployment::read).toList(), name);
    }

    /**
     * As it is fed now.
     *
     * @throws ProblemException if no pipeline lands a table of this name
     */
    static LandedTable running(Where where, Terminal terminal, String name) {
        return find(WhatRuns.of(where, terminal), name);
    }

    private static LandedTable find(List<Deployment> deployments, String name) {
        TableName wanted = TableName.parse(name);
        for (Deployment deployment : deployments) {
            for (DeployedTable table : deployment.tables()) {
                if (table.name().equals(wanted.table())) {
                    return new LandedTable(deployment.name(), table.spec().onBranch(wanted.branch()));
                }
            }
        }
        List<String> names = deployments.stream().flatMap(d -> d.tables().stream()).map(DeployedTable::name).toList();
        throw new ProblemException(Problem
                .of(OpsProblem.TABLE_UNKNOWN, name, "No pipeline here lands a table \"" + name + "\"."
                        + Nearest.hint(name, names))
                .withRemedy(OpsProblem.TABLE_UNKNOWN.remedy()));
    }
}
