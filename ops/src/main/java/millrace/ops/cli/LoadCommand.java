package millrace.ops.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import millrace.ops.deploy.Deployment;
import millrace.ops.load.BoundedLoad;
import millrace.ops.load.Destination;
import millrace.ops.observe.Ages;
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
        "Behind the last row every partition gets an end marker, so that everything that waits for later records closes; --open leaves the topic open.",
        "",
        "Where an instance runs on this machine, it returns when the tables show the rows, or says which do not yet; --no-wait returns once they are in the topic."}, footer = {
                "", "Examples:", "  millrace load flights --file flights-3m.parquet",
                "  millrace load orders --file samples/orders.csv --open"})
final class LoadCommand extends Main.Subcommand {
    /** What a commit itself may take, with what a model does before it. */
    private static final Duration COMMIT = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(500);

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

    @Option(names = "--no-wait", description = "Return once the rows are in the topic; tables show them with their next commit.")
    private boolean noWait;

    @Override
    ExitCode run() throws InterruptedException {
        Contract target = Contracts.find(where.projects(terminal()), contract);
        Path source = terminal().resolve(file);
        Where.Access access = where.access(terminal());
        long rows = FileRows.count(source);
        BoundedLoad.Outcome outcome;
        try (Waiting waiting = Waiting.sayLater(terminal().err(), "Asking for " + target.topic() + " ...");
                Progress progress = Progress.of(terminal(), "Loading " + file.getFileName(), rows);
                ConfluentRegistry registry = new ConfluentRegistry(access.registryUrl(), access.registry());
                Destination to = Destination.open(target, access.clientProperties(), registry)) {
            waiting.over();
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
        if (!noWait && where.running(terminal()).filter(r -> !r.http().isEmpty()).isPresent()) {
            awaitTables(target, outcome.ended());
        }
        return ExitCode.OK;
    }

    private void awaitTables(Contract target, boolean ended) throws InterruptedException {
        Deployment deployment = where.projects(terminal()).stream().map(Deployment::read)
                .filter(d -> d.pipeline().contracts().stream().anyMatch(c -> c.topic().equals(target.topic())))
                .findFirst().orElseThrow();
        Duration commits = deployment.project().defaults().commitInterval();
        Instant giveUp = terminal().clock().instant().plus(commits.multipliedBy(2)).plus(COMMIT);
        Landing landing = ended ? Landing.ended(deployment, target) : Landing.open(deployment, target);
        Landing.Seen seen;
        try (Waiting waiting = Waiting.sayLater(terminal().err(), "  waiting for the tables' next commit, due each "
                + Ages.words(commits) + " ...   Ctrl-C is safe, the rows are in the topic")) {
            seen = landing.look(StatusClient.status(where, terminal()));
            while (!seen.missing().isEmpty() && seen.blocked().isEmpty()
                    && terminal().clock().instant().isBefore(giveUp)) {
                Thread.sleep(LOOK);
                seen = landing.look(StatusClient.status(where, terminal()));
            }
            waiting.over();
        }
        if (!seen.there().isEmpty()) {
            terminal().err().println("  now in " + String.join(", ", seen.there()));
        }
        if (!seen.missing().isEmpty()) {
            terminal().err().println("  not yet in " + String.join(", ", seen.missing())
                    + (seen.blocked().isEmpty()
                            ? ""
                            : ", of which " + String.join(", ", seen.blocked())
                                    + " cannot go on")
                    + "; see `millrace status --why`");
        }
    }
}
