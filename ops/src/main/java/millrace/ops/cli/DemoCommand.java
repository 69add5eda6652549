package millrace.ops.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import millrace.ops.deploy.Deployment;
import millrace.ops.generate.Assignments;
import millrace.ops.generate.ClickGenerator;
import millrace.ops.generate.Clicks;
import millrace.ops.load.BoundedLoad;
import millrace.ops.load.Destination;
import millrace.ops.platform.Platform;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.project.RunningInstance;
import millrace.ops.run.Role;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace demo}: {@code dev} on the two example folders, with `load` and `generate` beside it. */
@Command(name = "demo", mixinStandardHelpOptions = true, header = "Two example pipelines, running: real flights, and a clickstream that never ends.", description = {
        "",
        "Starts everything `dev` starts, loads examples/flights and generates examples/clickstream. Ctrl-C stops it; the same command continues where it stopped, no row lost or doubled."}, footer = {
                "", "Examples:", "  millrace demo", "  millrace demo --rate 20000",
                "  millrace demo --data /tmp/demo --free-ports"})
final class DemoCommand extends Main.Subcommand {
    private static final long SEED = 42;

    private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);

    @Option(names = "--data", paramLabel = "<folder>", defaultValue = "data", description = "Data folder. Default: ./data.")
    private Path data;
    @Option(names = "--rate", defaultValue = "1000", paramLabel = "<n>", description = "Clicks per second. Default: 1000.")
    private double rate;
    @Option(names = "--free-ports", description = "Take free ports instead of the usual ones.")
    private boolean freePorts;

    @Override
    ExitCode run() throws Exception {
        Path examples = terminal().home().resolve("examples");
        if (!Files.isDirectory(examples)) {
            throw new ProblemException(Problem.of(OpsProblem.PROJECT_MISSING, examples.toString(),
                    "There are no examples in " + terminal().home() + ".")
                    .withRemedy(OpsProblem.PROJECT_MISSING.remedy()));
        }
        Deployment flights = example(examples.resolve("flights"));
        Deployment clicks = example(examples.resolve("clickstream"));
        Profile profile = Profile.embedded(terminal().resolve(data),
                freePorts ? Profile.Ports.FREE : Profile.Ports.USUAL);
        String at = data.equals(Path.of("data")) ? "" : " --data " + data;
        return new Running(terminal(), List.of(flights, clicks), profile).foreground(Role.ALL,
                platform -> feed(platform, flights, clicks), List.of("", "next:  ./millrace query" + at
                        + " \"select origin, count(*) from silver.flights group by 1 order by 2 desc limit 5\"",
                        "       ./millrace quarantine list" + at + "      ./millrace explain silver.clicks" + at
                                + "      Ctrl-C stops, data stays in " + data));
    }

    private Deployment example(Path folder) {
        return Deployment.read(Project.read(folder, Project.DEFAULT_PROFILE, terminal().environment()));
    }

    private AutoCloseable feed(Platform platform, Deployment flights, Deployment clicks) {
        AtomicBoolean stop = new AtomicBoolean();
        RunningInstance instance = platform.instance();
        Path files = flights.project().folder().resolve("files");
        Thread loader = Thread.ofPlatform().name("load-flights")
                .start(() -> attempt("flights", instance, stop, registry -> {
                    load(flights, "airports", files.resolve("airports.csv"), instance, registry);
                    load(flights, "flights", files.resolve("flights-2001-01.parquet"), instance, registry);
                }));
        Thread generator = Thread.ofPlatform().name("generate-clicks")
                .start(() -> attempt("clicks", instance, stop, registry -> {
                    Contract contract = clicks.pipeline().contract("clicks").orElseThrow();
                    Contract assignments = clicks.pipeline().contract("assignments").orElseThrow();
                    try (Destination to = Destination.open(contract, client(instance), registry);
                            Destination beside = Destination.open(assignments, client(instance), registry)) {
                        new ClickGenerator(new Clicks(SEED, java.time.Duration.ofSeconds(5), 0.01, 0.01, 0.001, 0.8),
                                rate, contract, to, terminal().clock(),
                                new Assignments(SEED, assignments, beside)).run(Long.MAX_VALUE, stop::get, n -> {
                                    // the live view tells
                                });
                    }
                }));
        return () -> {
            stop.set(true);
            generator.join();
            loader.join(java.time.Duration.ofSeconds(20));
        };
    }

    private static void load(Deployment deployment, String name, Path file, RunningInstance instance,
            ConfluentRegistry registry) {
        Contract contract = deployment.pipeline().contract(name).orElseThrow();
        try (Destination to = Destination.open(contract, client(instance), registry)) {
            new BoundedLoad(contract, file, n -> {
                // the live view tells
            }).loadAndEnd(to);
        }
    }

    private static Map<String, Object> client(RunningInstance instance) {
        return Map.of("bootstrap.servers", instance.bootstrapServers());
    }

    /** Work that needs the registry and may be interrupted. */
    private interface Work {
        void with(ConfluentRegistry registry) throws InterruptedException;
    }

    private void attempt(String what, RunningInstance instance, AtomicBoolean stop, Work work) {
        try (ConfluentRegistry registry = new ConfluentRegistry(instance.registryUrl(), Map.of())) {
            work.with(registry);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (!stop.get()) {
                LOG.warn("feeding {} stopped", what, e);
                terminal().err().println("The demo stopped feeding " + what + ": " + e.getMessage());
            }
        }
    }
}
