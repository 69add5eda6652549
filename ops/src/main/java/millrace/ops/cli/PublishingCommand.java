package millrace.ops.cli;

import java.util.List;
import java.util.Optional;
import millrace.ops.replay.Publications;
import millrace.ops.replay.Publications.Outcome;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.publish.ReplayPublication.Action;

/** A command that changes tables to what a replay has given, or back. */
abstract class PublishingCommand extends OneReplay {
    /** Does it to one table after the other, and says what came of it. */
    final void perform(ChosenReplay chosen, Action action, Optional<String> reason, boolean json)
            throws InterruptedException {
        // Who goes on does so for the reason that was given first.
        Optional<String> why = reason.or(() -> chosen.entry().status() == Status.PUBLISHING
                || chosen.entry().status() == Status.ROLLING_BACK ? chosen.entry().reason() : Optional.empty());
        String id = chosen.entry().plan().id();
        Publications publications = chosen.replays().publications(chosen.entry());
        if (action == Action.PUBLISH) {
            publications.requireBranches();
        }
        ReplayEntry entry = switch (action) {
            case PUBLISH -> chosen.beginPublishing(why, terminal());
            case ROLLBACK -> {
                chosen.replays().requireLast(chosen.entry());
                yield chosen.become(Status.ROLLING_BACK, why, terminal());
            }
        };
        Outcome outcome;
        try (StopSignal stop = StopSignal.listen(terminal().err())) {
            outcome = publications.run(action, ChosenReplay.who(), why, stop::isWished,
                    new PublishingView(terminal(), publications.settled()));
        }
        if (outcome.all()) {
            entry = chosen.become(entry, switch (action) {
                case PUBLISH -> Status.PUBLISHED;
                case ROLLBACK -> Status.ROLLED_BACK;
            }, terminal());
        }
        if (json) {
            terminal().out().println(Result.json(PublishingView.json(entry, outcome.tables())));
            return;
        }
        PublishingView.lines(outcome.tables()).forEach(terminal().out()::println);
        terminal().out().println(!outcome.all()
                ? "stopped here; millrace replay " + action.word() + " " + id + " --execute goes on"
                : switch (action) {
                    case PUBLISH -> "replay " + id + " is published; millrace replay rollback " + id + " takes it back";
                    case ROLLBACK -> "replay " + id + " is taken back";
                });
    }

    /** What is said when nothing is done. */
    final void say(ReplayEntry entry, boolean json, String line) {
        terminal().out().println(json ? Result.json(PublishingView.json(entry, List.of())) : line);
    }
}
