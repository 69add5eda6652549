package millrace.ops.cli;

import java.nio.file.Path;
import java.util.Map;
import millrace.ops.load.BoundedLoad;
import millrace.ops.load.Destination;
import millrace.ops.query.FileRows;
import millrace.schemas.contract.Contract;
import millrace.schemas.registry.ConfluentRegistry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace load}. */
@Command(name = "load", mixinStandardHelpOptions = true, header = "Loads a Parquet or CSV file into a contract's topic, once.", description = {
        "",
        "Columns are found by the contract's names and aliases. Rows are written in the order of their event time; a whole-number key column that the file lacks becomes the row's number in that order. Loading the same file again writes only what is missing.",
        "",
        "Behind the last row every partition gets an end marker, so that everything that waits for later records closes; --open leaves the topic open."}, footer = {
                "", "Examples:", "  millrace load flights --file flights-3m.parquet",
                "  millrace load orders --file samples/orders.csv --open"})
final class LoadCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    @Parameters(index = "0", paramLabel = "<contract>", description = "Name of the contract, such as flights.")
    private String contract;

    @Option(names = "--file", required = true, paramLabel = "<file>", description = "A .parquet, .csv, .tsv or compressed .csv.gz file.")
    private Path file;

    @Option(names = "--open", description = "Write no end markers: more records will follow.")
    private boolean open;

    @Override
    ExitCode run() {
        Contract target = Contracts.find(where.projects(terminal()), contract);
        Path source = terminal().resolve(file);
        Where.Access access = where.access(terminal());
        long rows = FileRows.count(source);
        BoundedLoad.Outcome outcome;
        try (Progress progress = Progress.of(terminal(), "Loading " + file.getFileName(), rows);
                ConfluentRegistry registry = new ConfluentRegistry(access.registryUrl(), access.registry());
                Destination to = Destination.open(target, access.clientProperties(), registry)) {
            BoundedLoad load = new BoundedLoad(target, source, progress::at);
            outcome = open ? load.load(to) : load.loadAndEnd(to);
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(Map.of("contract", target.name(), "topic", target.topic(), "rows",
                    outcome.rows(), "written", outcome.written(), "ended", outcome.ended())));
        } else {
            terminal().out().printf("%,d rows of %s are in %s (%,d written now)%s%n", outcome.rows(),
                    file.getFileName(), target.topic(), outcome.written(),
                    outcome.ended() ? "; the topic is ended" : "; the topic is open");
        }
        return ExitCode.OK;
    }
}
