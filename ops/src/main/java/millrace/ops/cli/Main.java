package millrace.ops.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.RegistryUnavailableException;
import org.apache.kafka.common.KafkaException;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The one entry point: {@code millrace <command>}. */
@Command(name = "millrace", mixinStandardHelpOptions = true, versionProvider = Version.class, header = "Contracts and SQL in, exactly-once Iceberg tables out, and replay that equals live.", synopsisSubcommandLabel = "<command>", commandListHeading = "%nCommands:%n", footer = {
        "", "Examples:", "  millrace demo                            two example pipelines, running",
        "  millrace init shop && cd shop            a pipeline of your own",
        "  millrace dev                             runs the pipeline in this folder on this machine",
        "  millrace query \"select * from silver.orders limit 5\"", "",
        "`millrace <command> --help` explains a command and shows examples of it."}, subcommands = {DemoCommand.class,
                DevCommand.class, RunCommand.class, InitCommand.class,
                ValidateCommand.class, TestCommand.class, ExplainCommand.class, QueryCommand.class, StatusCommand.class,
                TableCommand.class, PlanCommand.class, ApplyCommand.class, ScheduleCommand.class, ReplayCommand.class,
                QuarantineCommand.class,
                TopicCommand.class,
                TopicsCommand.class, LoadCommand.class,
                GenerateCommand.class, ContractCommand.class, BenchCommand.class,
                AutoComplete.GenerateCompletion.class})
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    Main() {}

    public static void main(String[] args) {
        Terminal terminal = Terminal.ofProcess();
        int code = run(terminal, args);
        terminal.out().flush();
        terminal.err().flush();
        System.exit(code);
    }

    /** Runs one command; whatever goes wrong is shown and told by the exit code. */
    public static int run(Terminal terminal, String... args) {
        return commandLine(terminal).execute(args);
    }

    static CommandLine commandLine(Terminal terminal) {
        CommandLine line = new CommandLine(new Main(), new Factory(terminal));
        line.setOut(new java.io.PrintWriter(terminal.out(), true));
        line.setErr(new java.io.PrintWriter(terminal.err(), true));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                terminal.coloured() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setUsageHelpWidth(Math.min(120, Math.max(80, terminal.width())));
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpLongOptionsMaxWidth(30);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExitCodeExceptionMapper(e -> ExitCode.FAULT.code());
        line.setParameterExceptionHandler((e, arguments) -> usage(terminal, e));
        line.setExecutionExceptionHandler((e, command, parsed) -> failed(terminal, e, parsed));
        describe(line);
        return line;
    }

    /** Every command explains its exit codes and hides what {@code help} only repeats. */
    private static void describe(CommandLine line) {
        var usage = line.getCommandSpec().usageMessage();
        usage.exitCodeListHeading("");
        List<String> footer = new ArrayList<>(List.of(usage.footer()));
        footer.add("");
        footer.add("Exit codes:");
        footer.add(ExitCode.legend());
        usage.footer(footer.toArray(String[]::new));
        line.getSubcommands().values().forEach(Main::describe);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int usage(Terminal terminal, CommandLine.ParameterException e) {
        CommandLine at = e.getCommandLine();
        terminal.err().println(terminal.red("error") + " USAGE   " + at.getCommandSpec().qualifiedName());
        terminal.err().println("  " + words(e));
        terminal.err().println("  See `" + at.getCommandSpec().qualifiedName() + " --help`.");
        return ExitCode.USAGE.code();
    }

    private static String words(CommandLine.ParameterException e) {
        if (e instanceof CommandLine.UnmatchedArgumentException u && !u.getUnmatched().isEmpty()) {
            String word = u.getUnmatched().get(0);
            CommandSpec spec = e.getCommandLine().getCommandSpec();
            if (word.startsWith("-")) {
                String bare = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
                List<String> known = spec.options().stream().filter(o -> !o.hidden())
                        .flatMap(o -> java.util.Arrays.stream(o.names())).toList();
                return "Unknown option \"" + bare + "\"." + Nearest.hint(bare, known);
            }
            if (!spec.subcommands().isEmpty()) {
                return "Unknown command \"" + word + "\"." + Nearest.to(word, spec.subcommands().keySet())
                        .map(n -> " Did you mean \"" + n + "\"?")
                        .orElse(" There are: " + String.join(", ", spec.subcommands().keySet()) + ".");
            }
            return "Unexpected argument \"" + word + "\".";
        }
        String text = e.getMessage();
        return text.endsWith(".") || text.endsWith("?") ? text : text + ".";
    }

    private static int failed(Terminal terminal, Exception e, CommandLine.ParseResult parsed) {
        Throwable cause = e instanceof java.util.concurrent.ExecutionException && e.getCause() != null
                ? e.getCause()
                : e;
        if (cause instanceof ProblemException p) {
            show(terminal, p.problems());
            return ExitCode.of(p.problems()).code();
        } else if (cause instanceof RegistryUnavailableException) {
            terminal.err().println(terminal.red("error") + " UNREACHABLE   registry\n  " + cause.getMessage());
            return ExitCode.UNAVAILABLE.code();
        } else if (cause instanceof KafkaException) { // such as addresses of which none has a host
            show(terminal, List.of(Problem.of(OpsProblem.UNREACHABLE, "kafka", Failure.words(cause) + ".")
                    .withRemedy(OpsProblem.UNREACHABLE.remedy())));
            return ExitCode.UNAVAILABLE.code();
        }
        terminal.err().println(terminal.red("error") + " FAULT   millrace " + Version.text()
                + "\n  Something went wrong that Millrace did not foresee; please report it with what follows.");
        cause.printStackTrace(terminal.err());
        return ExitCode.FAULT.code();
    }

    /** Problems for people, one below the other. */
    static void show(Terminal terminal, List<Problem> problems) {
        for (Problem p : problems) {
            String text = p.toText();
            terminal.err().println(text.startsWith("error") ? terminal.red("error") + text.substring(5) : text);
        }
    }

    /** A command, with what surrounds it. */
    abstract static class Subcommand implements Callable<Integer> {
        private Terminal terminal;

        Terminal terminal() {
            return terminal;
        }

        @Override
        public final Integer call() throws Exception {
            return run().code();
        }

        abstract ExitCode run() throws Exception;
    }

    /** A command that only has subcommands. */
    abstract static class Group implements Runnable {
        @Spec
        private CommandSpec spec;

        @Override
        public final void run() {
            throw new CommandLine.ParameterException(spec.commandLine(), "Expected one of "
                    + String.join(", ", spec.subcommands().keySet()) + " after \"" + spec.name() + "\".");
        }
    }

    private record Factory(Terminal terminal) implements IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            K made = CommandLine.defaultFactory().create(type);
            if (made instanceof Subcommand command) {
                command.terminal = terminal;
            }
            return made;
        }
    }
}
