package millrace.replay.range;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RangeResolverTest {
    /** Partition 0 has offsets 100..199, partition 1 has 0..49, partition 2 nothing; one record a second from 1970. */
    private final TopicOffsets log = new TopicOffsets() {
        @Override
        public Map<Integer, Long> beginning() {
            return Map.of(0, 100L, 1, 0L, 2, 0L);
        }

        @Override
        public Map<Integer, Long> end() {
            return Map.of(0, 200L, 1, 50L, 2, 0L);
        }

        @Override
        public Map<Integer, Long> at(Instant time) {
            var at = new TreeMap<Integer, Long>();
            end().forEach((p, end) -> at.put(p, Math.min(end, Math.max(beginning().get(p), time.getEpochSecond()))));
            return at;
        }
    };

    @Test
    void everythingThereIs() {
        assertThat(resolve(new Bound.Beginning(), new Bound.End())).containsExactly(
                range(0, 100, 200, 0), range(1, 0, 50, 0), range(2, 0, 0, 0));
    }

    @Test
    void aTimeIsTheFirstRecordAtOrAfterItInEachPartition() {
        assertThat(resolve(new Bound.At(Instant.ofEpochSecond(20)), new Bound.At(Instant.ofEpochSecond(150))))
                .containsExactly(range(0, 100, 150, 0), range(1, 20, 50, 0), range(2, 0, 0, 0));
    }

    @Test
    void whatKafkaNoLongerHasIsCounted() {
        assertThat(resolve(new Bound.Offsets(Map.of(0, 40L, 1, 10L)), new Bound.Offsets(Map.of(0, 120L, 1, 20L))))
                .containsExactly(range(0, 100, 120, 60), range(1, 10, 20, 0), range(2, 0, 0, 0));
    }

    @Test
    void aRangeWhollyBeforeTheLogIsMissingAndEmpty() {
        assertThat(resolve(new Bound.Offsets(Map.of(0, 40L)), new Bound.Offsets(Map.of(0, 60L))).get(0))
                .isEqualTo(range(0, 100, 100, 20));
    }

    @Test
    void whatIsNotWrittenYetIsCutOff() {
        assertThat(resolve(new Bound.Offsets(Map.of(1, 30L)), new Bound.Offsets(Map.of(1, 900L))).get(1))
                .isEqualTo(range(1, 30, 50, 0));
    }

    @Test
    void crossedBoundsAreAnEmptyRange() {
        assertThat(resolve(new Bound.Offsets(Map.of(1, 30L)), new Bound.Offsets(Map.of(1, 10L))).get(1))
                .isEqualTo(range(1, 30, 30, 0));
    }

    private List<OffsetRange> resolve(Bound from, Bound to) {
        return new RangeResolver(log).resolve("t", from, to).partitions();
    }

    private static OffsetRange range(int partition, long start, long end, long missing) {
        return new OffsetRange(partition, start, end, missing);
    }
}
