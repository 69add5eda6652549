package millrace.ops.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.model.Model;
import millrace.topology.trial.ModelTest;
import millrace.topology.trial.ModelTestFolder;
import millrace.topology.trial.Trial;
import millrace.topology.trial.Verdict;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace test}. */
@Command(name = "test", mixinStandardHelpOptions = true, header = "Runs model tests: rows given, rows expected.", description = {
        "",
        "The tests of models/<layer>/*.test.yml run through the compiled models in this process, without a cluster. Exit code 1 says that one has failed."}, footer = {
                "", "Examples:", "  millrace test", "  millrace test gold.sessions silver.clicks",
                "  millrace test -o json | jq '.[] | select(.passed | not)'     (for CI)"})
final class TestCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Parameters(arity = "0..*", paramLabel = "<model>", description = "Only tests of these models, such as gold.sessions. Default: all.")
    private List<String> models = List.of();

    /** A test that has run. */
    record Ran(ModelTest test, Verdict verdict, long millis) {
        boolean passed() {
            return verdict instanceof Verdict.Passed;
        }
    }

    @Override
    ExitCode run() {
        List<Ran> ran = new ArrayList<>();
        List<Deployment> deployments = where.projects(terminal()).stream().map(Deployment::read).toList();
        requireKnown(deployments);
        for (Deployment deployment : deployments) {
            Project project = deployment.project();
            Trial trial = new Trial(deployment.pipeline(), new CalcCompiler(deployment.functions())::compile);
            for (ModelTest test : ModelTestFolder.read(project.modelsFolder(), deployment.pipeline())) {
                if (models.isEmpty() || models.contains(test.model())) {
                    long began = System.nanoTime();
                    Verdict verdict = trial.run(test);
                    Ran one = new Ran(test, verdict, (System.nanoTime() - began) / 1_000_000);
                    ran.add(one);
                    if (!result.isJson()) {
                        TestView.lines(one).forEach(terminal().out()::println);
                    }
                }
            }
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(ran.stream().map(TestCommand::asMap).toList()));
        } else {
            terminal().out().println(TestView.summary(ran));
        }
        return ran.stream().allMatch(Ran::passed) ? ExitCode.OK : ExitCode.PROBLEM;
    }

    private void requireKnown(List<Deployment> deployments) {
        List<String> known = deployments.stream().flatMap(d -> d.models().stream()).map(Model::qualifiedName).toList();
        List<Problem> unknown = models.stream().filter(m -> !known.contains(m))
                .map(m -> Problem.of(OpsProblem.MODEL_NOT_FOUND, m, "There is no model \"" + m + "\"."
                        + Nearest.hint(m, known)).withRemedy(OpsProblem.MODEL_NOT_FOUND.remedy()))
                .toList();
        if (!unknown.isEmpty()) {
            throw new ProblemException(unknown);
        }
    }

    private static Map<String, Object> asMap(Ran ran) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", ran.test().name());
        out.put("model", ran.test().model());
        out.put("file", ran.test().place().file());
        out.put("line", ran.test().place().line());
        out.put("passed", ran.passed());
        out.put("millis", ran.millis());
        if (ran.verdict() instanceof Verdict.Failed failed) {
            Map<String, Object> differences = new LinkedHashMap<>();
            failed.differences().forEach((what, comparison) -> differences.put(what, Map.of("columns",
                    comparison.columns().stream().map(c -> c.name()).toList(), "rows", comparison.lines())));
            out.put("differences", differences);
        }
        return out;
    }
}
