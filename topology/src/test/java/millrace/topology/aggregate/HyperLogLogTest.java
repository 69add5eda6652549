package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HyperLogLogTest {
    private static final ApproxCountDistinctAggregator LONGS = of(new FieldType.Int64());

    /** Six standard errors of 1.04 / sqrt(4096), for consecutive numbers, which a weak hash would not spread. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 10, 100, 511, 513, 1000, 5000, 10_000, 20_000, 100_000, 1_000_000})
    void theEstimateIsNear(int different) {
        HyperLogLog seen = new HyperLogLog();
        for (long i = 0; i < different; i++) {
            long hash = LONGS.hash(i);
            seen.add(hash);
            seen.add(hash);
        }
        assertThat((double) seen.estimate()).isBetween(different * (1 - 6 * 0.01625) - 0.5,
                different * (1 + 6 * 0.01625) + 0.5);
    }

    @Test
    void theErrorIsThatOfTheBook() {
        long seed = Long.getLong("millrace.seed", 20_261_125L);
        Random random = new Random(seed);
        double squares = 0;
        int rounds = 200;
        for (int round = 0; round < rounds; round++) {
            int different = 3000 + random.nextInt(20_000);
            HyperLogLog seen = new HyperLogLog();
            for (int i = 0; i < different; i++) {
                seen.add(LONGS.hash(random.nextLong()));
            }
            double error = (double) seen.estimate() / different - 1;
            squares += error * error;
        }
        assertThat(Math.sqrt(squares / rounds)).as("standard error, seed " + seed).isLessThan(0.02);
    }

    @Test
    void neitherOrderNorPartsNorTheFormChangeABit() {
        long seed = Long.getLong("millrace.seed", 20_261_125L);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            HyperLogLog all = new HyperLogLog();
            HyperLogLog one = new HyperLogLog();
            HyperLogLog other = new HyperLogLog();
            for (int n = random.nextInt(1500); n > 0; n--) {
                long hash = LONGS.hash((long) random.nextInt(1000));
                all.add(hash);
                (random.nextInt(4) == 0 ? one : other).add(hash);
            }
            one.merge(HyperLogLog.read(new StateInput(bytes(other))));
            assertThat(bytes(one)).as("seed " + seed).isEqualTo(bytes(all));
        }
    }

    @Test
    void aFullRegisterEndsTheRun() {
        HyperLogLog seen = new HyperLogLog();
        seen.add(0);
        seen.add(1L << 52);
        assertThat(seen.estimate()).isEqualTo(2);
    }

    /** These decide results that are in tables: a change here is a change of all of them. */
    @Test
    void hashesAreForGood() {
        assertThat(of(new FieldType.Int32()).hash(17)).isEqualTo(-4948155876969562298L);
        assertThat(LONGS.hash(1_234_567_890_123L)).isEqualTo(5819699666441220175L);
        assertThat(of(new FieldType.Float64()).hash(-0.5)).isEqualTo(5913604100571560337L);
        assertThat(of(new FieldType.Decimal(12, 2)).hash(new BigDecimal("-12.34"))).isEqualTo(3414471925977286921L);
        assertThat(of(new FieldType.Text()).hash("héllo")).isEqualTo(2977474259250393825L);
        assertThat(of(new FieldType.Uuid()).hash(new UUID(1, 2))).isEqualTo(-1641020086289940574L);
        assertThat(of(new FieldType.Bytes()).hash(new byte[] {1, 2})).isEqualTo(6991005960619393522L);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put("a", null);
        FieldType type = new FieldType.Struct(List.of(Field.optional("m", new FieldType.Mapping(new FieldType.Int32(),
                true)), Field.optional("l", new FieldType.Array(new FieldType.Bool(), true))));
        assertThat(of(type).hash(new Object[] {map, List.of(true)})).isEqualTo(4058225856394984389L);
    }

    private static ApproxCountDistinctAggregator of(FieldType type) {
        return new ApproxCountDistinctAggregator(0, ValueLayout.of(type));
    }

    private static byte[] bytes(HyperLogLog seen) {
        StateOutput out = new StateOutput();
        seen.write(out);
        return out.toBytes();
    }
}
