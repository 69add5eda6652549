package millrace.ops.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.yaml.Durations;
import millrace.topology.explain.Emission;
import millrace.topology.explain.Lineage;
import millrace.topology.explain.PlanPrinter;
import millrace.topology.plan.Plan;
import millrace.topology.reach.Distance;
import millrace.topology.reach.Reach;
import millrace.topology.reach.Reaches;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace explain}. */
@Command(name = "explain", mixinStandardHelpOptions = true, header = "Shows how a model is computed, and where each of its columns comes from.", description = {
        "", "The plan is what runs, live and in a replay: read it from the bottom up.", "",
        "Below stands how far around a moment the model looks at the contracts that it is computed from: what a replay of some days has to read before and after them."}, footer = {
                "", "Examples:",
                "  millrace explain silver.clicks", "  millrace explain --types silver.clicks",
                "  millrace explain                       (all models)"})
final class ExplainCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    private record Explained(Plan plan, Emission emission, boolean keepsAll) {
        String name() {
            return plan.model();
        }
    }

    @Option(names = "--types", description = "Show the type of every column.")
    private boolean types;

    @Parameters(index = "0", arity = "0..1", paramLabel = "<model>", description = "Such as silver.clicks.")
    private String model;

    @Override
    ExitCode run() {
        List<Explained> all = where.projects(terminal()).stream().map(d -> Deployment.read(d).pipeline())
                .flatMap(p -> p.models().stream()
                        .map(m -> new Explained(m.plan(), p.emissionOf(m), m.config().keepsAll())))
                .toList();
        List<Plan> plans = all.stream().map(Explained::plan).toList();
        List<Explained> chosen = model == null ? all : all.stream().filter(e -> e.name().equals(model)).toList();
        if (chosen.isEmpty() && model != null) {
            throw new ProblemException(Problem.of(OpsProblem.MODEL_NOT_FOUND, model, "There is no model \"" + model
                    + "\"." + Nearest.hint(model, all.stream().map(Explained::name).toList()))
                    .withRemedy(OpsProblem.MODEL_NOT_FOUND.remedy()));
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(chosen.stream().map(e -> asMap(e, plans)).toList()));
        } else {
            List<String> parts = new ArrayList<>();
            chosen.forEach(e -> parts.add(text(e, plans)));
            terminal().out().println(String.join("\n\n", parts));
        }
        return ExitCode.OK;
    }

    private String text(Explained explained, List<Plan> all) {
        Plan plan = explained.plan();
        Emission emission = explained.emission();
        StringBuilder text = new StringBuilder(terminal().bold(plan.model())).append('\n');
        (types ? PlanPrinter.printWithTypes(plan, emission) : PlanPrinter.print(plan, emission)).strip().lines()
                .forEach(l -> text.append("  ").append(l).append('\n'));
        if (!emission.changesBy().isEmpty()) {
            text.append(explained.keepsAll()
                    ? "  the table keeps every change: _change, _offset\n"
                    : "  the table keeps the newest row of each key\n");
        }
        TextTable columns = new TextTable("column", "from");
        Lineage.toContracts(plan, all).columns().forEach((name, from) -> columns.row(name,
                from.isEmpty() ? "-" : String.join(", ", from.stream().map(Object::toString).toList())));
        text.append('\n');
        columns.lines().forEach(l -> text.append("  ").append(l).append('\n'));
        TextTable reaches = new TextTable("reads", "back", "ahead", "");
        Reaches.toContracts(plan, all).forEach((contract, reach) -> reaches.row(contract, text(reach.back()),
                text(reach.ahead()), because(reach)));
        text.append('\n');
        reaches.lines().forEach(l -> text.append("  ").append(l.stripTrailing()).append('\n'));
        return text.toString().stripTrailing();
    }

    private static Map<String, Object> asMap(Explained explained, List<Plan> all) {
        Plan plan = explained.plan();
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("model", plan.model());
        out.put("plan", PlanPrinter.print(plan, explained.emission()));
        out.put("changesBy", explained.emission().changesBy());
        explained.emission().early().ifPresent(every -> out.put("early", Durations.format(every)));
        Map<String, Object> columns = new LinkedHashMap<>();
        Lineage.toContracts(plan, all).columns().forEach((name, from) -> columns.put(name,
                from.stream().map(Object::toString).toList()));
        out.put("columns", columns);
        Map<String, Object> reads = new LinkedHashMap<>();
        Reaches.toContracts(plan, all).forEach((contract, reach) -> reads.put(contract,
                Map.of("back", text(reach.back()), "ahead", text(reach.ahead()), "because", because(reach))));
        out.put("reads", reads);
        return out;
    }

    private static String text(Distance distance) {
        return switch (distance) {
            case Distance.Within within -> Durations.format(within.duration());
            case Distance.Anywhere anywhere -> "all";
        };
    }

    /** Why it has no end, if it has none. */
    private static String because(Reach reach) {
        return Stream.of(reach.back(), reach.ahead())
                .flatMap(d -> d instanceof Distance.Anywhere anywhere ? Stream.of(anywhere.because()) : Stream.empty())
                .distinct().collect(Collectors.joining("; "));
    }
}
