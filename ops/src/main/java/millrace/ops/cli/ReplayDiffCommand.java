package millrace.ops.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import millrace.ops.deploy.Deployment;
import millrace.ops.http.DifferencePage;
import millrace.ops.http.Shown;
import millrace.ops.problem.OpsProblem;
import millrace.ops.query.TableComparison.Difference;
import millrace.ops.query.TableComparison.Sample;
import millrace.ops.replay.BranchDifference;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.run.ReplayProgress;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace replay diff}. */
@Command(name = "diff", mixinStandardHelpOptions = true, header = "Compares what a replay has given with the tables as they are.", description = {
        "",
        "Rows are told apart by the unique_key of the model; without one, or where it is not unique, a row that differs is one row less and another more. Rows outside of the replay's range are not looked at.",
        "",
        "Rows that break a data test are not on the branch but in the quarantine of the replay; how many there are is said too, of all that it has read."}, footer = {
                "", "Examples:", "  millrace replay diff 7f3a01", "  millrace replay diff 7f3a01 --samples 20",
                "  millrace replay diff 7f3a01 --html diff.html", "  millrace replay diff 7f3a01 -o json"})
final class ReplayDiffCommand extends OneReplay {
    @Option(names = "--samples", paramLabel = "<n>", defaultValue = "3", description = "Rows shown of each kind of difference. Default: 3.")
    private int samples;

    @Option(names = "--html", paramLabel = "<file>", description = "Write a page to this file too.")
    private Path html;

    @Override
    void on(ChosenReplay chosen, boolean json) throws IOException {
        if (samples < 0) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--samples",
                    "Fewer than no rows cannot be shown.").withRemedy("Give 0 for none."));
        }
        ReplayPlan plan = chosen.entry().plan();
        Deployment replayed = chosen.replayed(where(), terminal());
        List<BranchDifference> all = chosen.replays().differences(plan, replayed, samples);
        long refused;
        try (ReplayProgress progress = chosen.replays().progress(plan, replayed)) {
            refused = progress.look().refused();
        }
        if (html != null) {
            Files.writeString(terminal().resolve(html), DifferencePage.render(plan.id(),
                    ReplayListCommand.range(plan), chosen.entry().words(), refused, all));
        }
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("id", plan.id());
            out.put("status", chosen.entry().words());
            out.put("quarantined", refused);
            out.put("tables", all);
            terminal().out().println(Result.json(out));
        } else {
            lines(chosen, all, refused).forEach(terminal().out()::println);
        }
    }

    private static List<String> lines(ChosenReplay chosen, List<BranchDifference> all, long refused) {
        List<String> lines = new ArrayList<>();
        ReplayPlan plan = chosen.entry().plan();
        lines.add("replay " + plan.id() + "   " + chosen.entry().words() + "   "
                + ReplayListCommand.range(plan));
        lines.add("");
        TextTable table = new TextTable("table", "rows>", "replayed>", "only there>", "only replayed>", "changed>",
                "in");
        for (BranchDifference d : all) {
            Difference of = d.difference();
            table.row(d.table(), Shown.count(of.left()), Shown.count(of.right()), Shown.count(of.onlyLeft()),
                    Shown.count(of.onlyRight()), Shown.count(of.changed()), columns(of));
        }
        lines.addAll(table.lines());
        for (BranchDifference d : all) {
            if (!d.difference().samples().isEmpty()) {
                lines.add("");
                lines.add(d.table());
                d.difference().samples().forEach(s -> lines.add("  " + text(s)));
            }
        }
        lines.add("");
        if (!plan.sample().isEmpty()) {
            lines.add("only " + ReplayPlanView.partitions(plan)
                    + " of its topics was read: rows of other partitions are only there");
        }
        lines.add(refused == 0
                ? "no record or row was quarantined"
                : Shown.count(refused) + " records and rows were quarantined, as the live pipeline does with its own");
        return lines;
    }

    /** Such as {@code n 38,112 (4.1 %)}: of the keys that both have. */
    static String columns(Difference of) {
        long both = of.left() - of.onlyLeft();
        return of.columns().entrySet().stream()
                .map(e -> e.getKey() + " " + Shown.count(e.getValue()) + " ("
                        + String.format(Locale.ROOT, "%.1f", 100.0 * e.getValue() / Math.max(1, both)) + " %)")
                .collect(Collectors.joining(", "));
    }

    private static String text(Sample sample) {
        String key = sample.key().entrySet().stream().map(e -> e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining(" "));
        return switch (sample.side()) {
            case LEFT -> "- " + key;
            case RIGHT -> "+ " + key;
            case BOTH -> "~ " + key + "   " + sample.changes().entrySet().stream()
                    .map(e -> e.getKey() + ": " + e.getValue().get(0) + " -> " + e.getValue().get(1))
                    .collect(Collectors.joining(", "));
        };
    }
}
