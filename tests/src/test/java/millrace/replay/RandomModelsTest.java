package millrace.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import millrace.schemas.contract.Contract;
import millrace.topology.model.Model;
import org.junit.jupiter.api.Test;

/** The compiler takes any model at random, or refuses it with a reason that an author of models can act on. */
class RandomModelsTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_126L);
    private static final int SEEDS = "long".equals(System.getProperty("millrace.suite")) ? 1_000 : 30;
    private static final int MODELS = 10;

    private static final List<Contract> CONTRACTS = Stream.of("events", "others", "states")
            .map(s -> new Scene.Source(s, s, 3, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMinutes(15),
                    s.equals("states") ? Contract.Kind.CHANGELOG : Contract.Kind.EVENT))
            .map(Scene.Source::toContract).toList();

    @Test
    void noneIsRefusedForAReasonThatIsNotItsOwn() {
        for (long seed = SEED; seed < SEED + SEEDS; seed++) {
            List<Model> models = RandomModels.of(seed, CONTRACTS, MODELS);
            assertThat(models).as("seed %d", seed).hasSize(MODELS);
        }
    }
}
