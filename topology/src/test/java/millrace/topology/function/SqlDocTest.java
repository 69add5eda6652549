package millrace.topology.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import millrace.topology.aggregate.AggregateFunction;
import millrace.topology.aggregate.Aggregates;
import org.junit.jupiter.api.Test;

/** {@code docs/sql.md} is written from its frame and the library: {@code mvn verify -Dgolden=accept} renews it. */
class SqlDocTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir", ".")).toAbsolutePath();

    @Test
    void theListOfFunctionsIsCurrent() throws IOException {
        Path doc = MODULE.getParent().resolve("docs/sql.md");
        String expected = Files.readString(MODULE.resolve("src/test/resources/docs/sql.md"))
                .replace("${functions}", functions()).replace("${aggregates}", aggregates());
        if ("accept".equals(System.getProperty("golden"))) {
            Files.writeString(doc, expected);
        }
        assertThat(Files.readString(doc)).isEqualTo(expected);
    }

    private static String functions() {
        StringBuilder text = new StringBuilder();
        for (Class<?> group : FunctionLibrary.BUILT_IN_CLASSES) {
            text.append("### ").append(group.getSimpleName().replace("Functions", "")).append("\n\n")
                    .append("| function | gives | meaning | for instance, TRUE |\n| --- | --- | --- | --- |\n");
            FunctionLibrary.signatures(group).stream().map(FunctionSignature::name).distinct()
                    .forEach(name -> text.append(line(name)));
            text.append('\n');
        }
        return text.toString();
    }

    private static String aggregates() {
        StringBuilder text = new StringBuilder();
        for (AggregateFunction f : Aggregates.builtIn().functions()) {
            text.append("| ")
                    .append(f.forms().stream().map(form -> "`" + form + "`").collect(Collectors.joining("<br>")))
                    .append(" | ").append(f.doc().replace("|", "\\|")).append(" | ")
                    .append(f.examples().stream().map(e -> "`" + e.text().replace("|", "\\|") + "`")
                            .collect(Collectors.joining("<br>")))
                    .append(" |\n");
        }
        return text.toString();
    }

    private static String line(String name) {
        var signatures = FunctionLibrary.builtIn().named(name);
        return "| " + signatures.stream().map(s -> "`" + s.text() + "`").collect(Collectors.joining("<br>")) + " | "
                + signatures.stream().map(FunctionSignature::resultText).distinct().collect(Collectors.joining(" or "))
                + " | " + signatures.get(0).doc().replace("|", "\\|") + " | "
                + signatures.stream().flatMap(s -> s.examples().stream())
                        .map(e -> "`" + e.replace("|", "\\|") + "`").collect(Collectors.joining("<br>"))
                + " |\n";
    }
}
