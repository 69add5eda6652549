package millrace.ops.cli;

import java.util.Map;
import millrace.replay.journal.ReplayEntry;
import picocli.CommandLine.Command;

/** {@code millrace replay pause}. */
@Command(name = "pause", mixinStandardHelpOptions = true, header = "Stops a replay wherever it runs, until it is started again.", footer = {
        "", "Examples:", "  millrace replay pause 7f3a01", "  millrace replay start 7f3a01 --execute"})
final class ReplayPauseCommand extends OneReplay {
    @Override
    void on(ChosenReplay chosen, boolean json) {
        ChosenReplay.requireOpen(chosen.entry());
        chosen.become(ReplayEntry.Status.PAUSED, terminal());
        String whole = chosen.entry().plan().id();
        terminal().out().println(json
                ? Result.json(Map.of("id", whole, "status", "paused"))
                : "replay " + whole + " is paused; processes that run it stop in a moment");
    }
}
