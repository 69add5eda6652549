package millrace.ops.cli;

import java.util.Map;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace replay cancel}. */
@Command(name = "cancel", mixinStandardHelpOptions = true, header = "Ends a replay and takes away everything that it has made.", description = {
        "",
        "Its topics, consumer groups, schemas and local state go, and its branch of each table. Files that only a branch has go when its snapshots expire. What was published stays in the tables, and can still be taken back. This cannot be taken back: says what it would do, and does it with --execute."}, footer = {
                "", "Examples:", "  millrace replay cancel 7f3a01", "  millrace replay cancel 7f3a01 --execute"})
final class ReplayCancelCommand extends OneReplay {
    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    void on(ChosenReplay chosen, boolean json) {
        ReplayEntry entry = chosen.entry();
        chosen.require("cancelled", ReplayEntry.Status.STARTED, ReplayEntry.Status.PAUSED,
                ReplayEntry.Status.FINISHED, ReplayEntry.Status.CANCELLED, ReplayEntry.Status.PUBLISHED,
                ReplayEntry.Status.ROLLED_BACK);
        if (chosen.replays().runs().filter(r -> r.applications().containsValue(entry.plan().application()))
                .isPresent()) {
            throw new ProblemException(Problem.of(ReplayProblem.REPLAY_ENDED, entry.plan().id(), "Replay "
                    + entry.plan().id() + " has taken the place of what ran: its application gives models out.")
                    .withRemedy("Let another text take its place with millrace apply; then it goes by itself."));
        }
        boolean inTables = entry.status() == ReplayEntry.Status.PUBLISHED
                || entry.status() == ReplayEntry.Status.ROLLED_BACK;
        if (execute) {
            // Processes that run it hear of it and stop; one that was killed counts as running for a while.
            if (!inTables) { // what has become of those is to be known on
                chosen.become(ReplayEntry.Status.CANCELLED, terminal());
            }
            try (Waiting waiting = Waiting.sayLater(terminal().err(), "Waiting for whoever runs it ...")) {
                chosen.replays().clear(entry.plan());
                waiting.over();
            }
        }
        String name = entry.plan().application();
        terminal().out().println(json
                ? Result.json(Map.of("id", entry.plan().id(), "cancelled", execute))
                : execute
                        ? inTables
                                ? "what replay " + entry.plan().id() + " had beside the tables is gone"
                                : "replay " + entry.plan().id() + " is gone"
                        : "replay " + entry.plan().id() + " (" + entry.words()
                                + ") would go, with all that is called " + name + " and the branch "
                                + entry.plan().branch() + " of "
                                + String.join(", ", entry.plan().models().stream().map(m -> m.model()).toList())
                                + "; add --execute to do it");
    }
}
