package millrace.ops.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.ops.deploy.Deployment;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayProgress.Seen;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace replay status}. */
@Command(name = "status", mixinStandardHelpOptions = true, header = "How far a replay has come, partition by partition.", footer = {
        "", "Examples:", "  millrace replay status 7f3a01", "  millrace replay status 7f3a01 -o json"})
final class ReplayStatusCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Parameters(index = "0", paramLabel = "<id>", description = "Of the replay, or how it begins.")
    private String id;

    @Override
    ExitCode run() {
        try (ChosenReplay chosen = ChosenReplay.find(id, where, terminal())) {
            Deployment replayed = ReplaySubject.replayed(chosen.live(), chosen.entry().models(), where, terminal());
            Seen seen;
            try (ReplayProgress progress = chosen.replays().progress(chosen.entry().plan(), replayed)) {
                seen = progress.look();
            }
            if (result.isJson()) {
                Map<String, Object> out = new LinkedHashMap<>();
                out.put("id", chosen.entry().plan().id());
                out.put("status", ReplayListCommand.status(chosen.entry()));
                out.put("done", seen.done());
                out.put("all", seen.all());
                out.put("watermark", ReplayView.watermark(seen));
                out.put("quarantined", seen.refused());
                out.put("partitions", seen.partitions());
                terminal().out().println(Result.json(out));
            } else {
                lines(chosen, seen).forEach(terminal().out()::println);
            }
        }
        return ExitCode.OK;
    }

    private List<String> lines(ChosenReplay chosen, Seen seen) {
        List<String> lines = new java.util.ArrayList<>();
        lines.add("replay " + chosen.entry().plan().id() + "   " + ReplayListCommand.status(chosen.entry()) + "   "
                + ReplayListCommand.range(chosen.entry().plan()));
        lines.add("");
        lines.addAll(ReplayView.partitions(seen));
        lines.add("");
        lines.add("watermark " + ReplayView.watermark(seen) + "   quarantined " + seen.refused());
        return lines;
    }
}
