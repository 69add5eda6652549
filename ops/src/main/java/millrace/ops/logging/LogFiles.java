package millrace.ops.logging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.SubstituteLoggerFactory;

import millrace.ops.project.Profile;

/** Where a long-running command logs to. Until one of these is called, warnings go to the standard error. */
public final class LogFiles {
    /** The file that is written to; older ones lie beside it. */
    public static final String NAME = "millrace.log";

    private LogFiles() {}

    /** From now on all lines go to a file in this folder, and none to the terminal. */
    public static Path writeTo(Path folder, Profile.Logs logs) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        configure("file", logs, folder);
        return folder.resolve(NAME);
    }

    /** From now on all lines go to the standard error: for containers, whose runtime collects them. */
    public static void writeToConsole(Profile.Logs logs) {
        configure("console", logs, Path.of("."));
    }

    private static void configure(String target, Profile.Logs logs, Path folder) {
        LoggerContext context = context();
        String form = logs.format().name().toLowerCase(Locale.ROOT);
        URL configuration = LogFiles.class.getResource("/millrace/logback-" + target + "-" + form + ".xml");
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        context.reset();
        context.putProperty("folder", folder.toString());
        context.putProperty("level", logs.level());
        try {
            configurator.doConfigure(configuration);
        } catch (JoranException e) {
            throw new IllegalStateException("the log configuration cannot be read", e);
        }
    }

    /** While another thread makes the first logger of the process there is only a substitute, for a moment. */
    private static LoggerContext context() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        while (factory instanceof SubstituteLoggerFactory) {
            LockSupport.parkNanos(1_000_000);
            factory = LoggerFactory.getILoggerFactory();
        }
        return (LoggerContext) factory;
    }
}
