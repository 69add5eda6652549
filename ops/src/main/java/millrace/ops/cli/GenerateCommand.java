package millrace.ops.cli;

import java.time.Duration;
import java.util.Map;
import millrace.ops.generate.Assignments;
import millrace.ops.generate.ClickGenerator;
import millrace.ops.generate.Clicks;
import millrace.ops.load.Destination;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.yaml.Durations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace generate}. */
@Command(name = "generate", mixinStandardHelpOptions = true, header = "Writes generated records to a topic.", subcommands = GenerateCommand.Clickstream.class)
final class GenerateCommand extends Main.Group {

    /** {@code millrace generate clickstream}. */
    @Command(name = "clickstream", mixinStandardHelpOptions = true, header = "Visits of a site: out of order, repeated, late and broken, as asked.", description = {
            "",
            "Record number n is a function of the seed and n. Started again, it goes on with the number after the last one in the topic. Runs until stopped, or for -n records."}, footer = {
                    "", "Examples:", "  millrace generate clickstream",
                    "  millrace generate clickstream --rate 1000 --seed 42 --disorder 5s --duplicates 0.01 --late 0.01 --poison 0.001 --skew 0.8",
                    "  millrace generate clickstream --assignments assignments",
                    "  millrace generate clickstream --rate 20000 -n 1000000"})
    static final class Clickstream extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Option(names = "--contract", defaultValue = "clicks", paramLabel = "<name>", description = "Contract whose topic is written. Default: clicks.")
        private String contract;
        @Option(names = "--assignments", paramLabel = "<name>", description = "Contract whose topic is told which arm of an experiment each session is in, before its first click.")
        private String assignments;
        @Option(names = "--rate", defaultValue = "1000", paramLabel = "<n>", description = "Records per second. Default: 1000.")
        private double rate;
        @Option(names = "--seed", defaultValue = "42", paramLabel = "<n>", description = "Default: 42.")
        private long seed;
        @Option(names = "--disorder", defaultValue = "5s", paramLabel = "<duration>", description = "How far behind an ordinary event may be. Default: 5s.")
        private String disorder;
        @Option(names = "--duplicates", defaultValue = "0.01", paramLabel = "<share>", description = "Share of records that repeat an earlier one. Default: 0.01.")
        private double duplicates;
        @Option(names = "--late", defaultValue = "0.01", paramLabel = "<share>", description = "Share of events ten minutes to two days behind. Default: 0.01.")
        private double late;
        @Option(names = "--poison", defaultValue = "0.001", paramLabel = "<share>", description = "Share of records that break the contract or cannot be read. Default: 0.001.")
        private double poison;
        @Option(names = "--skew", defaultValue = "0.8", paramLabel = "<0..1>", description = "0: all sessions are alike; towards 1: few have most of the events. Default: 0.8.")
        private double skew;
        @Option(names = {"-n", "--records"}, paramLabel = "<n>", description = "Stop after so many records.")
        private Long records;

        @Override
        ExitCode run() throws InterruptedException {
            Clicks clicks = clicks();
            Contract target = Contracts.find(where.projects(terminal()), contract);
            Contract beside = assignments == null ? null : Contracts.find(where.projects(terminal()), assignments);
            Where.Access access = where.access(terminal());
            long first;
            long written;
            try (StopSignal stop = StopSignal.listen(terminal().err());
                    Progress progress = Progress.of(terminal(), "Writing " + target.topic(),
                            records == null ? -1 : records);
                    ConfluentRegistry registry = new ConfluentRegistry(access.registryUrl(), access.registry());
                    Destination to = Destination.open(target, access.clientProperties(), registry);
                    Destination also = beside == null
                            ? null
                            : Destination.open(beside, access.clientProperties(), registry)) {
                first = to.highest() + 1;
                written = new ClickGenerator(clicks, rate, target, to, terminal().clock(),
                        also == null ? (number, micros) -> {} : new Assignments(seed, beside, also))
                        .run(records == null ? Long.MAX_VALUE : records, stop::isWished, progress::at);
                show(target, first, written);
            }
            return ExitCode.OK;
        }

        private void show(Contract target, long first, long written) {
            if (result.isJson()) {
                terminal().out().println(Result.json(Map.of("topic", target.topic(), "seed", seed, "first", first,
                        "records", written)));
            } else {
                terminal().out().printf("%,d records in %s, numbers %d to %d of seed %d%n", written, target.topic(),
                        first, first + written - 1, seed);
            }
        }

        private Clicks clicks() {
            Duration d = Durations.parse(disorder).orElseThrow(() -> unfit("--disorder", disorder,
                    "a duration such as 5s or 1m"));
            for (Object[] share : new Object[][] {{"--duplicates", duplicates}, {"--late", late},
                    {"--poison", poison}}) {
                if ((double) share[1] < 0 || (double) share[1] > 1) {
                    throw unfit((String) share[0], share[1].toString(), "a share from 0 to 1");
                }
            }
            if (skew < 0 || skew > 0.99) {
                throw unfit("--skew", Double.toString(skew), "a number from 0 to 0.99");
            }
            if (!(rate > 0)) {
                throw unfit("--rate", Double.toString(rate), "more than 0");
            }
            return new Clicks(seed, d, duplicates, late, poison, skew);
        }

        private static ProblemException unfit(String option, String found, String expected) {
            return new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, option,
                    "Found \"" + found + "\", expected " + expected + "."));
        }
    }
}
