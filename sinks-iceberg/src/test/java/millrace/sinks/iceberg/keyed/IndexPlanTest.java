package millrace.sinks.iceberg.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IndexPlanTest {
    private static final UUID TABLE = new UUID(1, 2);

    @Test
    void anIndexThatIsWhereTheTableIsIsUsed() {
        assertThat(plan(at(Map.of(0, 5L, 1, 7L)), at(Map.of(0, 5L, 1, 7L))))
                .isEqualTo(new IndexPlan.UseAsItIs(new TreeSet<>()));
        assertThat(plan(at(Map.of(0, 5L, 1, 7L)), at(Map.of(1, 7L))))
                .isEqualTo(new IndexPlan.UseAsItIs(new TreeSet<>(java.util.Set.of(0))));
    }

    @Test
    void whatHasBeenAddedSinceIsReadIfTheSnapshotIsStillKnown() {
        assertThat(plan(at(Map.of(0, 5L, 1, 7L)), at(Map.of(0, 9L, 1, 7L))))
                .isEqualTo(new IndexPlan.ReadNewer(new TreeSet<>(), new TreeSet<>(java.util.Set.of(0)), 40));
        assertThat(IndexPlan.of(Optional.of(at(Map.of(0, 5L))), at(Map.of(0, 9L)), id -> OptionalLong.empty()))
                .isEqualTo(new IndexPlan.Read(new TreeSet<>(), new TreeSet<>(java.util.Set.of(0))));
    }

    @Test
    void aPartitionThatIsNewOrWentBackIsReadWhole() {
        assertThat(plan(at(Map.of(0, 5L)), at(Map.of(0, 5L, 1, 7L))))
                .isEqualTo(new IndexPlan.Read(new TreeSet<>(), new TreeSet<>(java.util.Set.of(1))));
        assertThat(plan(at(Map.of(0, 5L, 2, 1L)), at(Map.of(0, 4L))))
                .isEqualTo(new IndexPlan.Read(new TreeSet<>(java.util.Set.of(2)), new TreeSet<>(java.util.Set.of(0))));
    }

    @Test
    void anIndexOfAnotherLayoutKeyTopicOrTableIsOfNoUse() {
        Reflected wanted = at(Map.of(0, 5L));
        for (Reflected other : new Reflected[] {reflected(new UUID(9, 9), 1, "id long", "t", 3),
                reflected(TABLE, 2, "id long", "t", 3), reflected(TABLE, 1, "id text", "t", 3),
                reflected(TABLE, 1, "id long", "u", 3), reflected(TABLE, 1, "id long", "t", 4)}) {
            assertThat(plan(other, wanted)).as(other.toJson()).isEqualTo(new IndexPlan.ReadAll());
        }
        assertThat(IndexPlan.of(Optional.empty(), wanted, id -> OptionalLong.of(40)))
                .isEqualTo(new IndexPlan.ReadAll());
    }

    @Test
    void whatIsReflectedSurvivesAsText() {
        Reflected one = at(Map.of(0, 5L, 11, 7L));
        assertThat(Reflected.fromJson(one.toJson())).contains(one);
        assertThat(Reflected.fromJson("{\"of another version\": 1}")).isEmpty();
    }

    private static IndexPlan plan(Reflected found, Reflected wanted) {
        return IndexPlan.of(Optional.of(found), wanted, id -> OptionalLong.of(40));
    }

    private static Reflected at(Map<Integer, Long> next) {
        return new Reflected(TABLE, 1, "id long", "t", 3, 77, new TreeMap<>(next));
    }

    private static Reflected reflected(UUID table, long layout, String key, String topic, int partitions) {
        return new Reflected(table, layout, key, topic, partitions, 77, new TreeMap<>(Map.of(0, 5L)));
    }
}
