package millrace.ops.cli;

import java.util.Optional;
import millrace.ops.replay.Publications;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.publish.ReplayPublication.Action;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace replay rollback}. */
@Command(name = "rollback", mixinStandardHelpOptions = true, header = "Takes a published replay back: each table has in its range what it had before.", description = {
        "",
        "Only the range goes back, by a commit of the running pipeline's committer; rows behind it that have come since stay. If rows have come for the range itself, it is refused. What was published keeps the tag before-rollback-<id>, and `millrace replay publish` can publish it again.",
        "", "Says what it would do; does it with --execute."}, footer = {"", "Examples:",
                "  millrace replay rollback 7f3a01", "  millrace replay rollback 7f3a01 --execute"})
final class ReplayRollbackCommand extends PublishingCommand {
    @Option(names = "--reason", paramLabel = "<text>", description = "Stands in the audit.")
    private String reason;

    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    void on(ChosenReplay chosen, boolean json) throws InterruptedException {
        ReplayEntry entry = chosen.entry();
        chosen.require("taken back", Status.PUBLISHED, Status.ROLLING_BACK);
        if (execute) {
            perform(chosen, Action.ROLLBACK, Optional.ofNullable(reason), json);
            return;
        }
        Publications publications = chosen.replays().publications(entry);
        say(entry, json, "the range " + ReplayListCommand.range(entry.plan()) + " of "
                + String.join(", ", publications.tables()) + " would have again what the tag "
                + publications.tag(Action.PUBLISH) + " has; add --execute to do it");
    }
}
