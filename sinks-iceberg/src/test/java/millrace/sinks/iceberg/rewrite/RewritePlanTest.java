package millrace.sinks.iceberg.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import millrace.sinks.iceberg.rewrite.RewritePlan.Group;
import millrace.sinks.iceberg.rewrite.RewritePlan.Order;
import millrace.sinks.iceberg.rewrite.RewritePlan.Way;
import millrace.sinks.iceberg.rewrite.RewritePlan.Why;
import millrace.sinks.iceberg.rewrite.TableFile.Standing;
import org.junit.jupiter.api.Test;

/** Which files are put together, and which are left as they are. */
class RewritePlanTest {
    private static final long MB = 1L << 20;
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final RewriteRules RULES = RewriteRules.forTarget(128 * MB);

    private final List<TableFile> files = new ArrayList<>();
    private Order order = Order.NONE;

    @Test
    void fiveSmallFilesArePutTogether() {
        file("p", 5, 0);
        file("p", 5, 0);
        file("p", 5, 0);
        file("p", 5, 0);
        assertThat(plan()).isEmpty();
        file("p", 5, 0);
        assertThat(plan()).singleElement().satisfies(g -> {
            assertThat(g.files()).hasSize(5);
            assertThat(g.way()).isEqualTo(Way.COPY);
            assertThat(g.why()).isEqualTo(Why.SMALL_FILES);
        });
    }

    @Test
    void whatLiesElsewhereThanItBelongsMovesHoweverLargeOnceItsPartitionIsSettled() {
        add(new TableFile("a", "warm", Standing.ASTRAY, 500 * MB, 100, 0, false, false, NOW));
        add(new TableFile("b", "warm", Standing.AT_HOME, 5 * MB, 100, 0, false, false, NOW));
        assertThat(plan()).isEmpty();
        files.replaceAll(f -> new TableFile(f.location(), f.partition(), f.standing(), f.bytes(), 100, 0, false, false,
                NOW.minus(Duration.ofHours(1))));
        add(new TableFile("c", "warm", Standing.ASTRAY, 5 * MB, 100, 0, false, false, NOW.minus(Duration.ofHours(2))));
        add(new TableFile("d", "warm", Standing.ASTRAY, 9 * MB, 100, 0, false, false, NOW.minus(Duration.ofHours(3))));
        assertThat(plan()).allSatisfy(g -> {
            assertThat(g.why()).isEqualTo(Why.OTHER_TIER);
            assertThat(g.way()).isEqualTo(Way.RECORDS);
        }).extracting(g -> g.files().stream().map(TableFile::location).toList())
                .containsExactlyInAnyOrder(List.of("d", "c"), List.of("a"));
    }

    @Test
    void whatIsOverLeavesFirstAndUnread() {
        for (int i = 0; i < 300; i++) {
            add(new TableFile("f" + i, "p" + i % 100, Standing.OVER, MB, 100, 40, false, false,
                    NOW.minus(Duration.ofHours(1))));
        }
        for (int i = 0; i < 5; i++) {
            file("q", 5, 0);
        }
        List<Group> plan = plan();
        assertThat(plan).extracting(Group::why).containsExactly(Why.TOO_OLD, Why.TOO_OLD, Why.SMALL_FILES);
        assertThat(plan.get(0).files()).hasSize(256);
        assertThat(plan.get(1).files()).hasSize(44);
    }

    @Test
    void partitionsAreNotMixed() {
        for (int i = 0; i < 4; i++) {
            file("p", 5, 0);
            file("q", 5, 0);
        }
        assertThat(plan()).isEmpty();
        file("q", 5, 0);
        assertThat(plan()).singleElement()
                .satisfies(g -> assertThat(g.files()).extracting(TableFile::partition).containsOnly("q"));
    }

    @Test
    void aFileWaitsUntilTheOthersAreAsLargeAsItIs() {
        file("p", 60, 0);
        for (int i = 0; i < 6; i++) {
            file("p", 5, 0);
        }
        assertThat(plan()).singleElement().satisfies(g -> assertThat(g.files()).hasSize(6));
        for (int i = 0; i < 6; i++) {
            file("p", 5, 0);
        }
        assertThat(plan()).singleElement().satisfies(g -> assertThat(g.files()).hasSize(13));
    }

    @Test
    void aGroupDoesNotOutgrowTheTarget() {
        for (int i = 0; i < 40; i++) {
            file("p", 10, 0);
        }
        assertThat(plan()).hasSizeGreaterThan(2).allSatisfy(g -> assertThat(g.bytes()).isLessThanOrEqualTo(128 * MB));
    }

    @Test
    void largeFilesAreLeftAloneUnlessTheyHaveManyDeadRows() {
        for (int i = 0; i < 9; i++) {
            file("p", 100, 29);
        }
        assertThat(plan()).isEmpty();
        file("p", 100, 30);
        assertThat(plan()).singleElement().satisfies(g -> {
            assertThat(g.files()).singleElement().satisfies(f -> assertThat(f.dead()).isEqualTo(30));
            assertThat(g.way()).isEqualTo(Way.RECORDS);
            assertThat(g.why()).isEqualTo(Why.DEAD_ROWS);
        });
    }

    @Test
    void aSmallFileWithManyDeadRowsNeedsNoOthers() {
        file("p", 1, 50);
        assertThat(plan()).singleElement().satisfies(g -> assertThat(g.why()).isEqualTo(Why.DEAD_ROWS));
    }

    @Test
    void inAPartitionThatIsSettledTwoSmallFilesAreTooMany() {
        add(new TableFile("a", "p", Standing.AT_HOME, 5 * MB, 100, 0, false, false, NOW.minus(Duration.ofHours(2))));
        add(new TableFile("b", "p", Standing.AT_HOME, 60 * MB, 100, 0, false, false, NOW.minus(Duration.ofHours(1))));
        assertThat(plan()).singleElement().satisfies(g -> assertThat(g.why()).isEqualTo(Why.SETTLED));
        add(new TableFile("c", "p", Standing.AT_HOME, 5 * MB, 100, 0, false, false, NOW.minus(Duration.ofMinutes(59))));
        assertThat(plan()).isEmpty();
    }

    @Test
    void tinyFilesAndThoseWithDeletesByValueAreReadRowByRow() {
        for (int i = 0; i < 5; i++) {
            file("p", 1, 0);
        }
        assertThat(plan()).singleElement().satisfies(g -> assertThat(g.way()).isEqualTo(Way.RECORDS));
        files.clear();
        for (int i = 0; i < 5; i++) {
            add(new TableFile("f" + i, "p", Standing.AT_HOME, 5 * MB, 100, 0, i == 3, false, NOW));
        }
        assertThat(plan()).singleElement().satisfies(g -> assertThat(g.way()).isEqualTo(Way.RECORDS));
    }

    @Test
    void whatIsSortedInMemoryHasToFitThere() {
        order = Order.SORTED;
        for (int i = 0; i < 30; i++) {
            add(new TableFile("f" + i, "p", Standing.AT_HOME, 4 * MB, 100, 0, false, true, NOW));
        }
        assertThat(plan()).singleElement().satisfies(g -> assertThat(g.files()).hasSize(30));
        files.replaceAll(f -> new TableFile(f.location(), "p", Standing.AT_HOME, f.bytes(), 100, 0, false, false, NOW));
        assertThat(plan()).hasSize(5).allSatisfy(g -> {
            assertThat(g.bytes()).isLessThanOrEqualTo(RULES.mostSortedBytes());
            assertThat(g.way()).isEqualTo(Way.RECORDS);
        });
    }

    /** As files come in, a row is rewritten some times and files stay few, whatever their sizes. */
    @Test
    void whatIsRewrittenStaysInProportion() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            long usual = (1 + random.nextInt(20)) * MB / 4;
            long added = 0;
            long rewritten = 0;
            for (int step = 0; step < 600; step++) {
                long bytes = Math.max(1, (long) (usual * Math.exp(random.nextGaussian())));
                files.add(new TableFile(seed + "-" + step, "p", Standing.AT_HOME, bytes, 1000, 0, false, false, NOW));
                added += bytes;
                for (Group group : plan()) {
                    files.removeAll(group.files());
                    files.add(new TableFile("r" + seed + "-" + step, "p", Standing.AT_HOME, group.bytes(), 1000, 0,
                            false, false, NOW));
                    rewritten += group.bytes();
                }
                long small = files.stream().filter(RULES::isSmall).count();
                assertThat(small).as("seed %d, step %d", seed, step).isLessThan(40);
            }
            assertThat((double) rewritten / added).as("seed %d", seed).isLessThan(6);
            files.clear();
        }
    }

    @Test
    void aFileOfASettledPartitionIsPutAlongTheCurveOnce() {
        order = Order.Z_CURVE;
        Instant settled = NOW.minus(Duration.ofHours(1));
        add(new TableFile("new", "p", Standing.AT_HOME, 60 * MB, 100, 0, false, false, NOW));
        add(new TableFile("a", "q", Standing.AT_HOME, 60 * MB, 100, 0, false, false, settled));
        add(new TableFile("b", "r", Standing.AT_HOME, 100 * MB, 100, 0, false, false, settled));
        add(new TableFile("done", "s", Standing.AT_HOME, 100 * MB, 100, 0, false, true, settled));
        add(new TableFile("too large", "t", Standing.AT_HOME, 200 * MB, 100, 0, false, false, settled));
        add(new TableFile("too many", "u", Standing.AT_HOME, 60 * MB, 5_000_000, 0, false, false, settled));
        assertThat(plan()).allSatisfy(g -> {
            assertThat(g.why()).isEqualTo(Why.NOT_ORDERED);
            assertThat(g.way()).isEqualTo(Way.RECORDS);
        }).extracting(g -> g.files().get(0).location()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void whatIsPutAlongTheCurveTogetherFitsInMemory() {
        order = Order.Z_CURVE;
        for (int i = 0; i < 12; i++) {
            add(new TableFile("f" + i, "p", Standing.AT_HOME, 5 * MB, 700_000, 0, false, false, NOW));
        }
        assertThat(plan()).hasSize(2).allSatisfy(g -> assertThat(g.files()).hasSize(5));
    }

    @Test
    void aPartitionThatGetsMostFilesDoesNotKeepOthersWaiting() {
        for (int i = 0; i < 5; i++) {
            add(new TableFile("cold" + i, "cold", Standing.AT_HOME, 20 * MB, 100, 0, false, false,
                    NOW.minus(Duration.ofMinutes(50))));
            for (int hot = 0; hot < 9; hot++) {
                add(new TableFile("hot" + hot + "-" + i, "hot" + hot, Standing.AT_HOME, MB, 100, 0, false, false, NOW));
            }
        }
        List<Group> plan = plan();
        assertThat(plan).hasSize(10);
        assertThat(plan.get(3).files()).extracting(TableFile::partition).containsOnly("cold");
    }

    @Test
    void noFileIsInTwoGroupsAndNoneIsMadeUp() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            files.clear();
            Map<String, TableFile> known = new HashMap<>();
            for (int i = random.nextInt(80); i >= 0; i--) {
                add(new TableFile("f" + i, "p" + random.nextInt(3), Standing.AT_HOME,
                        (long) (MB * Math.exp(random.nextInt(6))), 100,
                        random.nextInt(100), random.nextInt(9) == 0, random.nextBoolean(),
                        NOW.minusSeconds(random.nextInt(10_000))));
                known.put("f" + i, files.get(files.size() - 1));
            }
            order = Order.values()[random.nextInt(3)];
            Set<String> seen = new HashSet<>();
            for (Group group : plan()) {
                assertThat(group.files()).isNotEmpty().allSatisfy(f -> {
                    assertThat(seen.add(f.location())).isTrue();
                    assertThat(known.get(f.location())).isEqualTo(f);
                });
                assertThat(group.files()).extracting(TableFile::partition)
                        .containsOnly(group.files().get(0).partition());
            }
        }
    }

    private void file(String partition, long megabytes, long dead) {
        add(new TableFile("f" + files.size(), partition, Standing.AT_HOME, megabytes * MB, 100, dead, false, false,
                NOW));
    }

    private void add(TableFile file) {
        files.add(file);
    }

    private List<Group> plan() {
        return RewritePlan.of(files, RULES, order, NOW);
    }
}
