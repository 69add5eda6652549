package millrace.ops.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import millrace.ops.project.DataFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace dev reset}. */
@Command(name = "reset", mixinStandardHelpOptions = true, header = "Deletes the data folder: topics, schemas, tables and state.", description = {
        "",
        "For the embedded platform only. Nothing is deleted while an instance runs on the folder, nor without --yes."}, footer = {
                "", "Examples:", "  millrace dev reset --yes", "  millrace dev reset --data ./data --yes"})
final class ResetCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Option(names = "--yes", description = "Really delete it.")
    private boolean yes;

    @Override
    ExitCode run() {
        Path data = where.data(terminal());
        boolean there = Files.isDirectory(data);
        if (yes) {
            DataFolder.delete(data);
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(Map.of("data", data.toString(), "deleted", yes && there)));
        } else if (!there) {
            terminal().out().println("There is no " + data + ": nothing to delete.");
        } else {
            terminal().out().println(yes ? "Deleted " + data : data + " would be deleted; add --yes to do it.");
        }
        return ExitCode.OK;
    }
}
