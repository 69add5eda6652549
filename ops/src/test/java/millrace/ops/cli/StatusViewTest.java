package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import millrace.ops.observe.Condition;
import millrace.ops.observe.PipelineStatus;
import millrace.ops.observe.Status;
import millrace.ops.observe.TableStatus;
import millrace.ops.observe.Why;
import millrace.sinks.iceberg.health.Upkeep;
import millrace.topology.run.LocalState;

import org.junit.jupiter.api.Test;

/** What people read who ask why nothing comes out. */
class StatusViewTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:28:00Z");

    @Test
    void theSlowestPartitionsStandFirstAndManyAreSummedUp() {
        List<Why.Source> sources = new ArrayList<>(List.of(source(7, "10:12:30", 14), source(2, "10:27:10", 0)));
        for (int p = 8; p < 30; p++) {
            sources.add(source(p, "10:27:42", 0));
        }
        assertThat(StatusView.why(table(new Why("SILENT", "clicks-7 holds it back: no record for 14m.",
                "Look at the producer.", Optional.of(Instant.parse("2026-11-20T10:12:30Z")), sources)), NOW))
                .startsWith(
                        "gold.sessions   up to date   complete through 10:12:30   last rows 14m ago",
                        "  clicks-7 holds it back: no record for 14m.",
                        "  Look at the producer.",
                        "",
                        "  source partition   watermark   unread   last record",
                        "  clicks-7           10:12:30         0       14m ago   idle in 1m",
                        "  clicks-2           10:27:10         0        0s ago   idle in 15m")
                .endsWith("  and 12 others that are further, up to 10:27:42").hasSize(4 + 1 + 12 + 1);
    }

    @Test
    void ofRelatedAndEndedPartitionsThatIsSaid() {
        List<String> lines = StatusView.why(table(new Why("ALL_QUIET", "Nothing comes.", "", Optional.empty(), List.of(
                new Why.Source("clicks", 0, true, Optional.empty(), true, 0, Optional.empty(), Optional.empty()),
                new Why.Source("orders", 1, false, Optional.empty(), false, 3, Optional.of(NOW), Optional.empty()),
                new Why.Source("orders", 2, false, Optional.empty(), false, 0, Optional.empty(),
                        Optional.of(NOW.minusSeconds(1)))))),
                NOW);
        assertThat(lines).contains("  clicks-0           the end          0             –",
                "  orders-1           –                3        0s ago   of a related source",
                "  orders-2           –                0             –   idle, of a related source");
    }

    @Test
    void withoutATableEachHasItsReason() {
        Status status = Status.of(NOW, List.of(new PipelineStatus("web", "running", "", Condition.CURRENT, List.of(),
                List.of(), LocalState.NONE)),
                List.of(table(new Why("ENDED", "Everything has come.", "", Optional.empty(), List.of()))),
                List.of(), List.of());
        assertThat(StatusView.whys(status)).containsExactly("table           state        complete through   why",
                "gold.sessions   up to date   10:12:30           Everything has come.", "",
                "millrace status <table> --why shows its source partitions");
    }

    @Test
    void whatAPipelineKeepsStandsBesideIt() {
        LocalState kept = new LocalState(List.of(new LocalState.Store("gold.x.groups", "1_0", LocalState.Duty.ACTIVE,
                1_200, 5 << 20, 340, 860)), 1 << 20);
        Status status = Status.of(NOW, List.of(new PipelineStatus("web", "running", "", Condition.CURRENT, List.of(),
                List.of(), kept)), List.of(), List.of(), List.of());
        assertThat(StatusView.full(status)).first().isEqualTo(
                "pipeline web: running   keeps here 5.0 MiB, 1,200 entries, 340 records to restore");
    }

    @Test
    void tablesOfLateRowsAreShownOnceTheyHaveSome() {
        Why why = new Why("ENDED", "Everything has come.", "", Optional.empty(), List.of());
        List<TableStatus> tables = List.of(table("gold.sessions", 0, why), table("gold.sessions__late", 0, why),
                table("gold.clicks__late", 3, why));
        assertThat(StatusView.live(Status.of(NOW, List.of(), tables, List.of(), List.of())))
                .extracting(line -> line.split(" ")[0])
                .containsExactly("table", "gold.sessions", "gold.clicks__late");
    }

    private static TableStatus table(Why why) {
        return table("gold.sessions", 7, why);
    }

    @Test
    void howATableWasKeptInShapeIsSaidOfOneThatWas() {
        Why why = new Why("ENDED", "Everything has come.", "", Optional.empty(), List.of());
        assertThat(StatusView.table(table(why), NOW)).noneMatch(line -> line.contains("in the last hour"));
        assertThat(StatusView.table(table("gold.sessions", 7, why, new Upkeep(2, 1_310, 4, 900 << 20, 700 << 20,
                Optional.of(NOW.minusSeconds(90)))), NOW)).contains(
                        "  in the last hour 1,310 files of 900.0 MiB became 4 of 700.0 MiB, last 1m 30s ago");
    }

    private static TableStatus table(String name, long rows, Why why) {
        return table(name, rows, why, Upkeep.NONE);
    }

    private static TableStatus table(String name, long rows, Why why, Upkeep upkeep) {
        return new TableStatus(name, "web", "web." + name, Condition.CURRENT, "All is there.", rows, 1, 0,
                100, Optional.of(1L), Optional.of(NOW.minus(Duration.ofMinutes(14))), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.of(Instant.parse("2026-11-20T10:12:30Z")), 0, 0, List.of(), Optional.empty(),
                Optional.of(why), upkeep);
    }

    private static Why.Source source(int partition, String watermark, int minutes) {
        Instant last = NOW.minus(Duration.ofMinutes(minutes));
        return new Why.Source("clicks", partition, true, Optional.of(Instant.parse("2026-11-20T" + watermark + "Z")),
                false, 0, Optional.of(last), Optional.of(last.plus(Duration.ofMinutes(15))));
    }
}
