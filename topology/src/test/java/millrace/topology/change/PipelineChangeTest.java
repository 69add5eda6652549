package millrace.topology.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.topology.assemble.Pipeline;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What another text means: silver.clicks filters, gold.hits counts by the minute, gold.top ranks what that gives. */
class PipelineChangeTest {
    private static final String CLICKS = "who text, page text, n int, ts timestamptz";
    private static final String SILVER = "SELECT who, page, n, ts FROM clicks WHERE n > 0";
    private static final String HITS = """
        SELECT page, window_end, window_time, COUNT(*) AS hits, SUM(n) AS total
        FROM TABLE(TUMBLE(TABLE silver.clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
        GROUP BY page, window_start, window_end, window_time""";
    private static final String BEST = "SELECT page, hits * 2 AS twice FROM gold.hits WHERE hits > 10";

    private final Text was = new Text().contract(CLICKS).model("silver.clicks", SILVER).model("gold.hits", HITS)
            .model("gold.best", BEST);

    @Test
    void theSameTextChangesNothing() {
        assertThat(change(was)).isEqualTo("""
            gold.best unchanged
            gold.hits unchanged
            silver.clicks unchanged""");
        assertThat(was.shapes()).as("and has the same shape wherever it is compiled").isEqualTo(was.shapes());
    }

    @Test
    void spacesAndRemarksAreNoChange() {
        assertThat(change(was.model("silver.clicks", "-- clicks that count\nSELECT who, page,  n, ts\nFROM clicks\n"
                + "WHERE n > 0"))).doesNotContain("change:").contains("silver.clicks unchanged");
    }

    @Test
    void anotherFilterIsStatelessAndReachesWhatCountsItsRows() {
        assertThat(change(was.model("silver.clicks", SILVER.replace("> 0", "> 1")))).isEqualTo("""
            gold.best stateless change: it reads gold.hits: state compatible
            gold.hits state compatible: it reads silver.clicks: stateless change
            silver.clicks stateless change: it gives other rows""");
    }

    @Test
    void aColumnThatNobodyReadsReachesNobody() {
        assertThat(change(was.contract("who text, extra text, page text, n int, ts timestamptz")
                .model("silver.clicks", SILVER.replace("SELECT who", "SELECT extra, who")))).isEqualTo("""
                    gold.best unchanged
                    gold.hits unchanged
                    silver.clicks stateless change: column extra is new""");
        assertThat(change(was.model("silver.clicks", SILVER.replace("who,", "UPPER(who) AS who,")))).isEqualTo("""
            gold.best unchanged
            gold.hits unchanged
            silver.clicks stateless change: column who is computed in another way""");
    }

    @Test
    void aModelThatPassesAllOnIsLikeOneThatComputesEachColumnAsItself() {
        Text passes = was.model("silver.all", "SELECT who, page, n, ts FROM clicks");
        Text computes = was.model("silver.all", "SELECT UPPER(who) AS who, page, n, ts FROM clicks");
        assertThat(PipelineChange.between(passes.shapes(), computes.shapes()).get("silver.all").because())
                .containsExactly("column who is computed in another way");
    }

    @Test
    void aColumnThatIsCountedReachesWhatCountsIt() {
        assertThat(change(was.model("silver.clicks", SILVER.replace("n, ts", "n + 1 AS n, ts"))))
                .contains("gold.hits state compatible: it reads silver.clicks: stateless change");
    }

    @Test
    void anotherSumNeedsTheHistory() {
        assertThat(change(was.model("gold.hits", HITS.replace("SUM(n)", "MAX(n)")))).isEqualTo("""
            gold.best needs replay: it reads gold.hits: needs replay
            gold.hits needs replay: it was "aggregate by page, window_start, window_end, window_time: \
            COUNT(*) AS hits, SUM(n) AS total, given out at window_end" and is \
            "aggregate by page, window_start, window_end, window_time: COUNT(*) AS hits, MAX(n) AS total, \
            given out at window_end"; column total was bigint and is int
            silver.clicks unchanged""".replace("; column total was bigint and is int", ""));
        assertThat(only(was.model("gold.hits", HITS.replace("SUM(n)", "MAX(n)")), "gold.hits").breaks())
                .extracting(ModelChange.Break::words).containsExactly("column total was bigint and is int");
    }

    @Test
    void anotherWindowNeedsTheHistory() {
        // The windows stand before what is remembered, which is remembered by the same layout.
        assertThat(only(was.model("gold.hits", HITS.replace("'1' MINUTE", "'5' MINUTE")), "gold.hits").verdict())
                .isIn(ModelChange.Verdict.STATE_KEPT, ModelChange.Verdict.NEEDS_REPLAY);
    }

    @Test
    void whatIsMadeOfAResultIsStateless() {
        Text plus = was.model("gold.hits", HITS.replace("SUM(n)", "SUM(n) + 1"));
        Text more = was.model("gold.hits", HITS.replace("SUM(n)", "SUM(n) + 2"));
        ModelChange change = PipelineChange.between(plus.shapes(), more.shapes()).get("gold.hits");
        assertThat(change.verdict()).isEqualTo(ModelChange.Verdict.STATELESS);
        assertThat(change.because()).containsExactly("column total is computed in another way");
        assertThat(only(plus, "gold.hits").because()).containsExactly("column total is computed in another way");
        Text first = was.model("gold.hits", HITS.replace("SELECT page, window_end, window_time, COUNT(*) AS hits",
                "SELECT page, window_start, window_end, window_time, COUNT(*) AS hits"));
        assertThat(only(first, "gold.hits").because())
                .as("without a step behind it: names of stores follow from places")
                .first(InstanceOfAssertFactories.STRING).contains("stands at another place");
        assertThat(change(was.model("gold.best", BEST.replace("> 10", "> 11")))).isEqualTo("""
            gold.best stateless change: it gives other rows
            gold.hits unchanged
            silver.clicks unchanged""");
    }

    @Test
    void aModelMoreOrLess() {
        assertThat(change(was.model("gold.all", "SELECT who, ts FROM silver.clicks").without("gold.best")))
                .isEqualTo("""
                    gold.all new: what ran did not have it
                    gold.best removed: nothing computes it any longer
                    gold.hits unchanged
                    silver.clicks unchanged""");
    }

    @Test
    void whatIsReadForTheFirstTimeMayNeverHaveBeenComputedThere() {
        ModelChange change = only(was.model("gold.best", "SELECT page, n AS twice FROM silver.clicks"), "gold.best");
        assertThat(change.verdict()).isEqualTo(ModelChange.Verdict.NEEDS_REPLAY);
        assertThat(change.because()).contains("it reads silver.clicks for the first time");
    }

    @Test
    void aKeyTellsRowsApartInAnotherWay() {
        ModelChange change = only(was.config("gold.hits", c -> c.withUniqueKey(List.of("page", "window_end"))),
                "gold.hits");
        assertThat(change.verdict()).isEqualTo(ModelChange.Verdict.NEEDS_REPLAY);
        assertThat(change.breaks()).extracting(ModelChange.Break::words)
                .containsExactly("its key was none and is page, window_end");
    }

    @Test
    void howATableIsKeptReachesNobody() {
        assertThat(change(was.config("silver.clicks", c -> c.withPartitionBy(List.of("day(ts)"))))).isEqualTo("""
            gold.best unchanged
            gold.hits unchanged
            silver.clicks table only: its table is kept in another way""");
    }

    @Test
    void aContractThatAllowsLaterRecordsReachesAll() {
        Text later = was.contract(CLICKS);
        later.contract = withDisorder(later.contract, Duration.ofDays(1));
        assertThat(change(later)).contains(
                "silver.clicks stateless change: contract clicks takes other records, or tells their time in another way",
                "gold.hits state compatible: it reads silver.clicks: stateless change");
    }

    @Test
    void aColumnMoreInAContractReachesNobody() {
        assertThat(change(was.contract("who text, page text, extra text, n int, ts timestamptz"))).isEqualTo("""
            gold.best unchanged
            gold.hits unchanged
            silver.clicks unchanged""");
        assertThat(change(was.contract("who text, page text, extra text not null, n int, ts timestamptz")))
                .as("one that must be there keeps records out").contains("silver.clicks stateless change");
    }

    @Test
    void aColumnLessBreaksWhoReadsIt() {
        ModelChange change = only(was.model("silver.clicks", SILVER.replace("who, ", "")), "silver.clicks");
        assertThat(change.verdict()).isEqualTo(ModelChange.Verdict.STATELESS);
        assertThat(change.breaks()).extracting(ModelChange.Break::words).containsExactly("column who is gone");
        assertThat(only(was.without("gold.best"), "gold.best").breaks()).extracting(ModelChange.Break::words)
                .containsExactly("its topic gets no more rows");
    }

    @Test
    void aWiderColumnBreaksNobody() {
        assertThat(only(was.model("gold.best", BEST.replace("page,", "CAST(page AS VARCHAR) AS page,")), "gold.best")
                .breaks()).isEmpty();
        Text narrow = was.model("silver.narrow", "SELECT n, ts FROM clicks");
        Text wide = was.model("silver.narrow", "SELECT CAST(n AS BIGINT) AS n, ts FROM clicks");
        assertThat(PipelineChange.between(narrow.shapes(), wide.shapes()).get("silver.narrow").breaks()).isEmpty();
        assertThat(PipelineChange.between(wide.shapes(), narrow.shapes()).get("silver.narrow").breaks())
                .extracting(ModelChange.Break::words).containsExactly("column n was bigint and is int");
    }

    private String change(Text is) {
        return PipelineChange.between(was.shapes(), is.shapes()).values().stream()
                .map(c -> c.model() + " " + c.verdict().words()
                        + (c.because().isEmpty() ? "" : ": " + String.join("; ", c.because())))
                .collect(Collectors.joining("\n"));
    }

    private ModelChange only(Text is, String model) {
        return PipelineChange.between(was.shapes(), is.shapes()).get(model);
    }

    private static Contract withDisorder(Contract c, Duration disorder) {
        return new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(), c.description(),
                c.owner(), c.columns(), c.key(),
                c.eventTime().map(e -> new EventTime(e.column(), disorder, disorder,
                        e.maxAhead(), e.idleTimeout())),
                c.partitions(), c.format(), c.kind(), c.raw(), c.freshness(), c.quality(), c.place());
    }

    /** A pipeline's text. */
    private static final class Text {
        private Contract contract;
        private final SortedMap<String, Model> models = new TreeMap<>();

        Text contract(String columns) {
            Text other = copy();
            other.contract = TestContracts.contract("clicks", columns);
            return other;
        }

        Text model(String name, String sql) {
            Text other = copy();
            String[] words = name.split("\\.");
            other.models.put(name, Model.of(words[0], words[1], words[1] + ".sql", sql));
            return other;
        }

        Text config(String name, UnaryOperator<Model.Config> change) {
            Text other = copy();
            Model m = models.get(name);
            other.models.put(name, new Model(m.layer(), m.name(), m.sqlFile(), m.sql(), m.description(), m.columns(),
                    change.apply(m.config())));
            return other;
        }

        Text without(String name) {
            Text other = copy();
            other.models.remove(name);
            return other;
        }

        private Text copy() {
            Text other = new Text();
            other.contract = contract;
            other.models.putAll(models);
            return other;
        }

        SortedMap<String, ModelShape> shapes() {
            List<Pipeline.PlannedModel> planned = new ArrayList<>();
            for (Plan plan : SqlCompiler.compile(List.of(contract), List.copyOf(models.values()),
                    FunctionLibrary.builtIn())) {
                planned.add(new Pipeline.PlannedModel(plan, models.get(plan.model()).config()));
            }
            return ModelShapes.of(new Pipeline("shop", List.of(contract), planned));
        }
    }
}
