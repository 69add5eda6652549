package millrace.ops.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.ops.deploy.Deployment;
import millrace.replay.run.ReplayProgress;
import millrace.replay.run.ReplayProgress.Seen;
import picocli.CommandLine.Command;

/** {@code millrace replay status}. */
@Command(name = "status", mixinStandardHelpOptions = true, header = "How far a replay has come, partition by partition.", footer = {
        "", "Examples:", "  millrace replay status 7f3a01", "  millrace replay status 7f3a01 -o json"})
final class ReplayStatusCommand extends OneReplay {
    @Override
    void on(ChosenReplay chosen, boolean json) {
        Deployment replayed = chosen.replayed(where(), terminal());
        Seen seen;
        try (ReplayProgress progress = chosen.replays().progress(chosen.entry().plan(), replayed)) {
            seen = progress.look();
        }
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("id", chosen.entry().plan().id());
            out.put("status", chosen.entry().words());
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

    private List<String> lines(ChosenReplay chosen, Seen seen) {
        List<String> lines = new java.util.ArrayList<>();
        lines.add("replay " + chosen.entry().plan().id() + "   " + chosen.entry().words() + "   "
                + ReplayListCommand.range(chosen.entry().plan()));
        lines.add("");
        lines.addAll(ReplayView.partitions(seen));
        lines.add("");
        lines.add("watermark " + ReplayView.watermark(seen) + "   quarantined " + seen.refused());
        return lines;
    }
}
