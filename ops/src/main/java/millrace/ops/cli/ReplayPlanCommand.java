package millrace.ops.cli;

import millrace.ops.replay.Replays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace replay plan}. */
@Command(name = "plan", mixinStandardHelpOptions = true, header = "Shows what a replay would read, write and cost, and which kind of replay is exact.", description = {
        "",
        "A range of event time can be recomputed alone if every model that is written looks only so far around it, sets records aside that come too late, and has the time of its rows in its key. If one does not, everything is recomputed from the first record on, up to the present, and then takes the place of the live pipeline's results; the plan says which it is, and why.",
        "",
        "Where Kafka no longer has a record, the bronze table does. Changes nothing."}, footer = {"", "Examples:",
                "  millrace replay plan --select silver.clicks+ --from 2026-11-01 --to 2026-11-08",
                "  millrace replay plan --select gold.hourly --last 7d",
                "  millrace replay plan --select gold.* --models fix-amounts",
                "  millrace replay plan --from snapshot:gold.hourly@good -o json"})
final class ReplayPlanCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;
    @Mixin
    private ReplaySubject subject;
    @Mixin
    private ReplayRange range;

    @Mixin
    private ReplayRate rate;

    @Override
    ExitCode run() {
        ReplaySubject.Found found = subject.find(where, terminal());
        try (Replays replays = ReplaySubject.replays(found.live(), where, terminal())) {
            ReplayPlanView planned = ReplayPlanView.of(replays, found, range, rate);
            if (result.isJson()) {
                terminal().out().println(Result.json(planned.json()));
            } else {
                planned.lines().forEach(terminal().out()::println);
                terminal().out().println("nothing was changed; millrace replay start does it");
            }
        }
        return ExitCode.OK;
    }
}
