package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.deploy.Deployment;
import millrace.ops.observe.Status;
import millrace.ops.observe.TableFacts;
import millrace.ops.observe.TableStatus;
import millrace.ops.observe.TableStatus.PartitionStatus;
import millrace.ops.project.Project;
import millrace.schemas.contract.Contract;
import millrace.sinks.iceberg.health.Upkeep;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LandingTest {
    private static final Instant NOW = Instant.parse("2026-11-19T10:00:00Z");
    private static final Instant END = Instant.parse("9999-12-31T00:00:00Z");
    private static Deployment flights;
    private static Contract airports;

    @BeforeAll
    static void read() {
        Path examples = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent().resolve("examples");
        flights = Deployment.read(Project.read(examples.resolve("flights"), "dev", Map.of()));
        airports = flights.pipeline().contract("airports").orElseThrow();
    }

    @Test
    void theContractsTableIsThereWhenItHasPassedTheEndOfTheLoad() {
        Landing landing = Landing.open(flights, airports);
        assertThat(landing.look(status(bronze(0, 9, NOW))))
                .isEqualTo(new Landing.Seen(List.of(), List.of("bronze.airports"), List.of()));
        // What others write meanwhile is not waited for.
        assertThat(landing.look(status(bronze(9, 12, NOW))))
                .isEqualTo(new Landing.Seen(List.of("bronze.airports"), List.of(), List.of()));
    }

    @Test
    void aModelIsThereWhenItKnowsThatNothingElseComes() {
        Landing landing = Landing.ended(flights, airports);
        assertThat(landing.look(status(bronze(9, 9, END), silver(NOW))))
                .isEqualTo(new Landing.Seen(List.of("bronze.airports"), List.of("silver.airports"), List.of()));
        assertThat(landing.look(status(bronze(9, 9, END), silver(END))).missing()).isEmpty();
    }

    private static Status status(TableStatus... tables) {
        return Status.of(NOW, List.of(), List.of(tables), List.of(), List.of());
    }

    private static TableStatus bronze(long position, long end, Instant complete) {
        return table("bronze.airports", new PartitionStatus(0, position, 0, end), complete);
    }

    private static TableStatus silver(Instant complete) {
        return table("silver.airports", new PartitionStatus(0, 9, 0, 9), complete);
    }

    private static TableStatus table(String name, PartitionStatus partition, Instant complete) {
        var contents = new TableFacts.Contents(9, 1, 1, 100, Optional.of(1L), Optional.of(NOW), Optional.of(complete),
                0, Upkeep.NONE);
        return new TableFacts(name, "flights", "t", Duration.ofSeconds(10), Optional.empty(), Optional.of(contents),
                List.of(partition), Optional.of(NOW), Optional.empty(), true, Optional.empty()).assess(NOW);
    }
}
