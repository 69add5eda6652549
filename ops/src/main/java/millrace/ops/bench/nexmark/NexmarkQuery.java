package millrace.ops.bench.nexmark;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The queries that a table can have, q12 is not among them: it counts by the time of the machine that runs it.
 *
 * <p>What Flink does is the column <i>Throughput/Cores</i> of the result table in {@code GUIDE_V1.md} of the repository
 * nexmark/nexmark (commit 6b3646c): Flink with generated events, RocksDB, exactly once with a checkpoint every three
 * minutes, rows thrown away, on eight cores of its authors' machines. It reads no topic and writes none, so it is no
 * measure of us, but a scale.
 */
public enum NexmarkQuery {
    Q0(118_000, 155_020), Q1(110_000, 157_940), Q2(175_210), Q3(152_120), Q4(14_000, 34_330), Q5(20_000, 22_140), Q6(),
    Q7(40_000, 12_330), Q8(61_000, 146_140), Q9(9_000, 14_240), Q10(57_810), Q11(40_000, 39_700), Q13(130_730),
    Q14(161_230), Q15(20_000, 72_420), Q16(18_650), Q17(40_000, 116_800), Q18(20_000, 53_700), Q19(44_040),
    Q20(15_000, 18_980), Q21(98_490), Q22(129_960), Q23();

    private final OptionalInt floor;
    private final OptionalInt flink;

    NexmarkQuery() {
        this(OptionalInt.empty(), OptionalInt.empty());
    }

    NexmarkQuery(int flink) {
        this(OptionalInt.empty(), OptionalInt.of(flink));
    }

    NexmarkQuery(int floor, int flink) {
        this(OptionalInt.of(floor), OptionalInt.of(flink));
    }

    NexmarkQuery(OptionalInt floor, OptionalInt flink) {
        this.floor = floor;
        this.flink = flink;
    }

    /** The query of a name such as q5. */
    public static Optional<NexmarkQuery> of(String name) {
        for (NexmarkQuery query : values()) {
            if (query.shortName().equalsIgnoreCase(name)) {
                return Optional.of(query);
            }
        }
        return Optional.empty();
    }

    /** Such as q5. */
    public String shortName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The model's name, with its layer. */
    public String model() {
        return "gold." + shortName();
    }

    /** Events per second of processor time that we demand of ourselves. */
    public OptionalInt floor() {
        return floor;
    }

    /** Events per second and core that Flink is published with. */
    public OptionalInt flink() {
        return flink;
    }
}
