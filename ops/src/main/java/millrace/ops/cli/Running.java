package millrace.ops.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.ops.deploy.Deployment;
import millrace.ops.logging.LogFiles;
import millrace.ops.platform.Platform;
import millrace.ops.project.Profile;
import millrace.ops.project.RunningInstance;
import millrace.ops.run.Role;

/** A platform in the foreground: started, said where, shown live, stopped at the first signal. */
final class Running {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration REDRAW = Duration.ofSeconds(1);
    private static final Duration PRINT = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final List<Deployment> deployments;
    private final Profile profile;

    Running(Terminal terminal, List<Deployment> deployments, Profile profile) {
        this.terminal = terminal;
        this.deployments = deployments;
        this.profile = profile;
    }

    /** Work beside the platform, begun once it runs and closed before it stops. */
    interface Beside {
        AutoCloseable begin(Platform platform) throws Exception;
    }

    /**
     * Runs until a signal comes.
     *
     * @param hints what to try next, one line each
     */
    ExitCode foreground(Set<Role> roles, Beside beside, List<String> hints) throws Exception {
        Path log = LogFiles.writeTo(profile.data().resolve("logs"), profile.logs());
        try (StopSignal stop = StopSignal.listen(terminal.err())) {
            terminal.err().println("Starting ...");
            try (Platform platform = Platform.startWhile(() -> !stop.isWished(), deployments, roles, profile,
                    terminal.clock())) {
                Instant giveUp = Instant.now().plus(START);
                while (!stop.isWished() && Instant.now().isBefore(giveUp) && !platform.awaitRunning(LOOK)) {
                    // it may be stopped before it runs
                }
                if (!stop.isWished()) {
                    announce(platform, log);
                    AutoCloseable work = beside.begin(platform);
                    try {
                        watch(platform, stop, hints);
                    } finally {
                        work.close();
                    }
                }
                terminal.err().println();
                Stopping.await(platform, terminal.err());
            }
            terminal.err().println("Stopped. The data is in " + profile.data()
                    + "; the same command continues where it stopped.");
            return ExitCode.OK;
        }
    }

    private void announce(Platform platform, Path log) {
        RunningInstance instance = platform.instance();
        String names = deployments.stream().map(Deployment::name).collect(Collectors.joining(", "));
        TextTable table = new TextTable("", "", "", "");
        table.row("Kafka " + org.apache.kafka.common.utils.AppInfoParser.getVersion() + " on "
                + instance.bootstrapServers(), "registry " + instance.registryUrl(),
                "data " + profile.data(), "");
        List<String> lines = table.lines();
        terminal.out().println(lines.get(1));
        terminal.out().println("Pipelines: " + names
                + (instance.http().isEmpty() ? "" : "   status page " + instance.http()) + "   log " + log);
        terminal.out().println();
    }

    private void watch(Platform platform, StopSignal stop, List<String> hints) throws InterruptedException {
        LiveView view = new LiveView(terminal);
        Duration pause = terminal.interactive() ? REDRAW : PRINT;
        boolean first = true;
        while (first || !stop.await(pause)) {
            List<String> lines = new java.util.ArrayList<>(StatusView.live(platform.status()));
            if (terminal.interactive() || first) {
                lines.addAll(hints);
            }
            view.show(lines);
            first = false;
        }
    }
}
