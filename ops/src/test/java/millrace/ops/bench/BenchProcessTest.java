package millrace.ops.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import millrace.schemas.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchProcessTest {
    @TempDir
    Path folder;

    /** Fails at once. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            throw new IllegalStateException("no room for " + arguments[0]);
        }
    }

    @Test
    void theEndOfTheLogSaysWhyItEndedEarly() throws Exception {
        try (BenchProcess process = BenchProcess.start(Main.class, folder.resolve("log"), List.of(), "bids")) {
            assertThatThrownBy(() -> process.awaitFigure("done")).isInstanceOf(ProblemException.class)
                    .hasMessageContaining("BENCH_FAILED").hasMessageContaining("no room for bids");
        }
    }
}
