package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code docs/cli.md} is written from the commands themselves: {@code mvn verify -Dgolden=accept} renews it. */
class CliDocTest {
    private static final Path DOC = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent()
            .resolve("docs/cli.md");

    @Test
    void theListOfCommandsIsCurrent() throws IOException {
        String expected = document();
        if ("accept".equals(System.getProperty("golden"))) {
            Files.writeString(DOC, expected);
        }
        assertThat(DOC).hasContent(expected);
    }

    private static String document() {
        StringBuilder text = new StringBuilder("""
            # The command line

            Every command with its options. Written from the commands by a test; edit them, not this file.

            Results go to standard output, messages to standard error, so `-o json` can be piped. Every command knows
            `--help` and `--version`, and ends with one of these codes:

            | code | means |
            | --- | --- |
            """);
        for (ExitCode code : ExitCode.values()) {
            text.append("| ").append(code.code()).append(" | ").append(code.meaning()).append(" |\n");
        }
        describe(Main.commandLine(terminal()), text);
        return text.toString();
    }

    private static void describe(CommandLine line, StringBuilder text) {
        var usage = line.getCommandSpec().usageMessage();
        text.append("\n## ").append(line.getCommandSpec().qualifiedName()).append("\n\n");
        text.append(paragraph(usage.header()));
        text.append("\n```\n").append(line.getHelp().synopsis(0).stripTrailing()).append("\n```\n");
        String description = paragraph(usage.description());
        if (!description.isBlank()) {
            text.append('\n').append(description.strip()).append('\n');
        }
        List<ArgSpec> arguments = line.getCommandSpec().args().stream().filter(a -> !a.hidden())
                .filter(a -> !(a instanceof OptionSpec o) || !o.usageHelp() && !o.versionHelp()).toList();
        if (!arguments.isEmpty()) {
            text.append("\n| option | meaning |\n| --- | --- |\n");
            arguments.stream().filter(a -> !a.isOption()).forEach(a -> text.append(row(a.paramLabel(), a)));
            arguments.stream().filter(ArgSpec::isOption).map(OptionSpec.class::cast)
                    .forEach(o -> text.append(row(names(o), o)));
        }
        examples(usage.footer()).ifPresent(e -> text.append("\n```\n").append(e).append("\n```\n"));
        line.getSubcommands().values().stream().distinct().forEach(c -> describe(c, text));
    }

    private static String names(OptionSpec option) {
        String names = String.join(", ", option.names());
        return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
    }

    private static String row(String name, ArgSpec argument) {
        String required = argument.required() && argument.isOption() ? "Required. " : "";
        return "| `" + name.replace("|", "\\|") + "` | " + required
                + paragraph(argument.description()).strip().replace("|", "\\|").replace("\n", " ") + " |\n";
    }

    private static String paragraph(String[] lines) {
        return Arrays.stream(lines).map(l -> Ansi.OFF.string(String.format(l))).map(String::stripTrailing)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** What stands below "Examples:", up to the next empty line. */
    private static Optional<String> examples(String[] footer) {
        List<String> lines = Arrays.asList(footer);
        int from = lines.indexOf("Examples:");
        return from < 0
                ? Optional.empty()
                : Optional.of(lines.stream().skip(from + 1L).takeWhile(l -> !l.isEmpty()).map(String::format)
                        .collect(Collectors.joining("\n")).stripIndent().strip());
    }

    private static Terminal terminal() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new Terminal(nowhere, nowhere, false, 100, Map.of(), Path.of("."), Path.of("."), Clock.systemUTC());
    }
}
