package millrace.ops.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command about one replay. */
abstract class OneReplay extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Parameters(index = "0", paramLabel = "<id>", description = "Of the replay, or how it begins.")
    private String id;

    @Override
    final ExitCode run() throws Exception {
        try (ChosenReplay chosen = ChosenReplay.find(id, where, terminal())) {
            on(chosen, result.isJson());
        }
        return ExitCode.OK;
    }

    final Where where() {
        return where;
    }

    abstract void on(ChosenReplay chosen, boolean json) throws Exception;
}
