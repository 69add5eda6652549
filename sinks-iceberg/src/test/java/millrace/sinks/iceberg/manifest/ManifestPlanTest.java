package millrace.sinks.iceberg.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import millrace.sinks.iceberg.manifest.ManifestPlan.Known;
import org.junit.jupiter.api.Test;

class ManifestPlanTest {
    private static final ManifestRules RULES = new ManifestRules(100, 5, 3);

    private final List<Known<Integer>> manifests = new ArrayList<>();

    @Test
    void fewSmallOnesStay() {
        add(4, 10, 0, 9);
        assertThat(plan()).isEqualTo(new ManifestPlan.Leave());
    }

    @Test
    void manySmallOnesGoTogetherAndLeaveTheLargeOnesAlone() {
        add(2, 90, 0, 9);
        add(12, 10, 0, 9);
        assertThat(plan()).isInstanceOfSatisfying(ManifestPlan.Rewrite.class, r -> {
            assertThat(r.paths()).hasSize(12).doesNotContain("m0", "m1");
            assertThat(r.bytes()).isEqualTo(120);
            assertThat(r.into()).isEqualTo(2);
        });
    }

    @Test
    void largeOnesThatOverlapAreSorted() {
        add(3, 90, 0, 9);
        assertThat(plan()).isInstanceOfSatisfying(ManifestPlan.Rewrite.class, r -> {
            assertThat(r.paths()).containsExactlyInAnyOrder("m0", "m1", "m2");
            assertThat(r.into()).isEqualTo(4);
        });
    }

    @Test
    void largeOnesSideBySideStay() {
        for (int i = 0; i < 10; i++) {
            add(1, 90, 10 * i, 10 * i + 10);
        }
        assertThat(plan()).as("each shares a value with the next").isEqualTo(new ManifestPlan.Leave());
    }

    @Test
    void whatCannotBeSortedBetterStays() {
        for (int region = 0; region < 3; region++) {
            add(5, 90, region, region);
        }
        assertThat(plan()).as("five manifests of one region each").isEqualTo(new ManifestPlan.Leave());
        add(1, 90, 0, 2);
        assertThat(plan()).as("and one of all").isEqualTo(new ManifestPlan.Leave());
    }

    @Test
    void largeOnesWithoutPartitionsStay() {
        for (int i = 0; i < 10; i++) {
            manifests.add(new Known<>("m" + i, 90, null, null));
        }
        assertThat(plan()).isEqualTo(new ManifestPlan.Leave());
    }

    @Test
    void nothingIsLeftAlone() {
        assertThat(plan()).isEqualTo(new ManifestPlan.Leave());
    }

    @Test
    void partitionsAreCutIntoRangesOfEquallyManyFiles() {
        TreeMap<Integer, Long> files = new TreeMap<>();
        for (int p = 0; p < 100; p++) {
            files.put(p, 7L);
        }
        PartitionRanges<Integer> ranges = PartitionRanges.of(files, 4);
        int[] sizes = new int[4];
        int last = 0;
        for (int p = 0; p < 100; p++) {
            assertThat(ranges.of(p)).isBetween(last, last + 1);
            last = ranges.of(p);
            sizes[last]++;
        }
        assertThat(sizes).containsExactly(25, 25, 25, 25);
        assertThat(ranges.of(-5)).as("one that was not there").isZero();
        assertThat(ranges.of(1000)).isEqualTo(3);
    }

    @Test
    void aLargePartitionHasARangeForItself() {
        TreeMap<Integer, Long> files = new TreeMap<>();
        files.put(1, 1L);
        files.put(2, 1000L);
        files.put(3, 1L);
        PartitionRanges<Integer> ranges = PartitionRanges.of(files, 3);
        assertThat(List.of(ranges.of(1), ranges.of(2), ranges.of(3))).containsExactly(0, 1, 2);
        assertThat(PartitionRanges.of(files, 1).of(2)).isZero();
    }

    private void add(int many, long bytes, int lower, int upper) {
        for (int i = 0; i < many; i++) {
            manifests.add(new Known<>("m" + manifests.size(), bytes, lower, upper));
        }
    }

    private ManifestPlan plan() {
        return ManifestPlan.of(manifests, RULES, Comparator.<Integer>naturalOrder());
    }
}
