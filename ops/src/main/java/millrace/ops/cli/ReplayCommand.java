package millrace.ops.cli;

import picocli.CommandLine.Command;

/** {@code millrace replay}. */
@Command(name = "replay", mixinStandardHelpOptions = true, header = "Recomputes history through the same models, or through mended ones.", subcommands = {
        ReplayPlanCommand.class})
final class ReplayCommand extends Main.Group {}
