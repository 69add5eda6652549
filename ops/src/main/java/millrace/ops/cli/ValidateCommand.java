package millrace.ops.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.ops.deploy.DeployedTable;
import millrace.ops.deploy.Deployment;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace validate}. */
@Command(name = "validate", mixinStandardHelpOptions = true, header = "Checks a pipeline folder: profiles, contracts, models and their plans.", description = {
        "", "Shows every mistake it can find, with file, line and what to do. Touches no cluster."}, footer = {"",
                "Examples:", "  millrace validate", "  millrace validate --project examples/clickstream",
                "  millrace validate --profile prod -o json     (for CI)"})
final class ValidateCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Override
    ExitCode run() {
        Deployment deployment;
        try {
            deployment = Deployment.read(where.project(terminal()));
        } catch (ProblemException e) {
            return broken(e.problems());
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(asMap(deployment)));
        } else {
            text(deployment);
        }
        return ExitCode.OK;
    }

    private ExitCode broken(List<Problem> problems) {
        if (result.isJson()) {
            terminal().out().println(Result.json(Map.of("valid", false, "problems", Result.json(problems))));
        } else {
            Main.show(terminal(), problems);
            terminal().err().println();
            terminal().err().println(problems.size() == 1 ? "1 problem" : problems.size() + " problems");
        }
        return ExitCode.of(problems);
    }

    private void text(Deployment deployment) {
        Project project = deployment.project();
        TextTable tables = new TextTable("table", "from topic", "columns>");
        for (DeployedTable t : deployment.tables()) {
            tables.row(t.name(), t.spec().topic(), t.spec().columns().fields().size());
        }
        terminal().out().println("Pipeline " + project.name() + " is valid: "
                + count(deployment.pipeline().contracts().size(), "contract") + ", "
                + count(deployment.models().size(), "model") + ".");
        terminal().out().println(cluster(project.profile()));
        terminal().out().println();
        tables.lines().forEach(terminal().out()::println);
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    private static String cluster(Profile profile) {
        String where = switch (profile.cluster()) {
            case Profile.Cluster.Embedded e -> "broker and registry in the process, data in " + profile.data();
            case Profile.Cluster.External e -> "Kafka " + e.bootstrapServers() + ", registry " + e.registryUrl();
        };
        String catalog = profile.catalog().isEmpty() ? "" : ", catalog " + profile.catalog();
        return "Profile " + profile.name() + ": " + where + catalog + ".";
    }

    private static Map<String, Object> asMap(Deployment deployment) {
        Project project = deployment.project();
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("valid", true);
        out.put("pipeline", project.name());
        out.put("profile", shown(project.profile()));
        out.put("contracts", deployment.pipeline().contracts().stream()
                .map(c -> Map.of("name", c.name(), "version", c.version(), "topic", c.topic())).toList());
        out.put("models", deployment.models().stream().map(m -> m.qualifiedName()).toList());
        out.put("tables", deployment.tables().stream()
                .map(t -> Map.of("name", t.name(), "topic", t.spec().topic(), "kind", t.kind())).toList());
        return out;
    }

    /** Secrets stand here as the file names them. */
    private static Map<String, Object> shown(Profile profile) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", profile.name());
        out.put("data", profile.data().toString());
        switch (profile.cluster()) {
            case Profile.Cluster.Embedded e -> out.put("cluster", "embedded");
            case Profile.Cluster.External e -> {
                out.put("cluster", e.bootstrapServers());
                out.put("registryUrl", e.registryUrl());
            }
        }
        out.put("kafka", profile.kafka().shown());
        out.put("streams", profile.streams().shown());
        out.put("registry", profile.registry().shown());
        out.put("catalog", profile.catalog().shown());
        return out;
    }
}
