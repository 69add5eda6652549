package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Commands that somebody types in the folder of a pipeline, about what runs on a data folder. */
record ShopCommands(Path project, Path data, Console console) {
    ShopCommands(Path project, Path data) {
        this(project, data, new Console());
    }

    /** The exit code. */
    int run(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--data", data.toString()));
        return console.run(project, all.toArray(String[]::new));
    }

    /** What the last command has printed. */
    String out() {
        return console.out();
    }

    String err() {
        return console.err();
    }

    JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out());
    }

    /** The rows that a query gives, typed by somebody else. */
    List<String> rows(String sql) {
        ShopCommands other = new ShopCommands(project, data);
        assertThat(other.run("query", "-o", "csv", sql)).as(other.err()).isZero();
        return other.out().lines().skip(1).toList();
    }
}
