package millrace.ops.cli;

import picocli.CommandLine.Command;

/** {@code millrace replay}. */
@Command(name = "replay", mixinStandardHelpOptions = true, header = "Recomputes history through the same models, or through mended ones.", description = {
        "",
        "`plan` says what would be done, `start` does it on a branch of each table, beside the live pipeline. Stopped or killed, it goes on when it is started again; several processes share its work. `diff` compares, `publish` puts the branch in the place of the range in each table, `rollback` takes that back. `amend` does all of it for records that came too late."}, subcommands = {
                ReplayPlanCommand.class, ReplayStartCommand.class, ReplayListCommand.class, ReplayStatusCommand.class,
                ReplayDiffCommand.class, ReplayPublishCommand.class, ReplayRollbackCommand.class,
                ReplayPauseCommand.class, ReplayCancelCommand.class,
                ReplayAmendCommand.class})
final class ReplayCommand extends Main.Group {}
