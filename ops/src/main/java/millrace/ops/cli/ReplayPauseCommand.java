package millrace.ops.cli;

import java.util.Map;
import millrace.replay.journal.ReplayEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace replay pause}. */
@Command(name = "pause", mixinStandardHelpOptions = true, header = "Stops a replay wherever it runs, until it is started again.", footer = {
        "", "Examples:", "  millrace replay pause 7f3a01", "  millrace replay start 7f3a01 --execute"})
final class ReplayPauseCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Parameters(index = "0", paramLabel = "<id>", description = "Of the replay, or how it begins.")
    private String id;

    @Override
    ExitCode run() {
        try (ChosenReplay chosen = ChosenReplay.find(id, where, terminal()).requireOpen()) {
            chosen.become(ReplayEntry.Status.PAUSED, terminal());
            String whole = chosen.entry().plan().id();
            terminal().out().println(result.isJson()
                    ? Result.json(Map.of("id", whole, "status", "paused"))
                    : "replay " + whole + " is paused; processes that run it stop in a moment");
        }
        return ExitCode.OK;
    }
}
