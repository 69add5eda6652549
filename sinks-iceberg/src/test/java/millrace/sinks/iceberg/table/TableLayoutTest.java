package millrace.sinks.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.iceberg.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableLayoutTest {
    private static final FieldType.Struct COLUMNS = new FieldType.Struct(List.of(
            Field.required("id", new FieldType.Int64()), Field.required("region", new FieldType.Text()),
            Field.required("client_ts", new FieldType.Timestamp(FieldType.TimeUnit.MILLIS, true)),
            Field.required("amount", new FieldType.Float64()),
            Field.required("meta", new FieldType.Struct(List.of(Field.required("at", new FieldType.Date())))),
            Field.required("tags", new FieldType.Array(new FieldType.Text(), false))));

    @Test
    void transformsAreReadAsPeopleWriteThem() {
        assertThat(partitions("day(client_ts)", "bucket(16, id)", "truncate(region, 4)"))
                .containsExactly("client_ts_day day", "id_bucket bucket[16]", "region_trunc truncate[4]");
        assertThat(partitions("region", "identity(_topic_partition)", "Hours( client_ts )", "month(meta.at)"))
                .containsExactly("region identity", "_topic_partition identity", "client_ts_hour hour",
                        "meta.at_month month");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "day(client_tz) | The table has no column \"client_tz\". Did you mean \"client_ts\"?",
            "dy(client_ts) | There is no transform \"dy\"; there are year, month, day, hour, bucket, truncate and "
                    + "identity. Did you mean \"day\"?",
            "bucket(id) | Expected bucket(16, column), with a number above 0.",
            "bucket(0, id) | Expected bucket(16, column), with a number above 0.",
            "day(client_ts, 3) | Expected day(column).",
            "day(region) | Column \"region\" is string, which day does not take.",
            "hour(meta.at) | Column \"meta.at\" is date, which hour does not take.",
            "tags.element | \"tags.element\" lies inside a list or map, so a row has no single value of it."})
    void whatCannotBeReadSaysWhy(String entry, String message) {
        assertThatThrownBy(() -> partitions(entry)).isInstanceOfSatisfying(ProblemException.class,
                e -> assertThat(e.problems()).singleElement().satisfies(p -> {
                    assertThat(p.code()).isEqualTo(SinkProblem.PARTITION_UNREADABLE);
                    assertThat(p.message()).isEqualTo("partition_by: \"" + entry + "\"\n" + message);
                }));
    }

    @Test
    void oneColumnTwiceIsAProblemToo() {
        assertThatThrownBy(() -> partitions("day(client_ts)", "hour(client_ts)"))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void orderIsReadWithNullsWhereEnginesPutThem() {
        TableSpec spec = spec(List.of(), List.of("region", "client_ts DESC"));
        assertThat(TableLayout.order(spec, ContractToIceberg.schema(spec)).fields()).extracting(Object::toString)
                .containsExactly("identity(2) ASC NULLS FIRST", "identity(3) DESC NULLS LAST");
        assertThatThrownBy(() -> {
            TableSpec bad = spec(List.of(), List.of("region down", "regio", "tags"));
            TableLayout.order(bad, ContractToIceberg.schema(bad));
        }).isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.problems()).hasSize(3));
    }

    @Test
    void aCurveIsAllOfTheOrder() {
        TableSpec spec = spec(List.of(), List.of("ZORDER(region, client_ts)"));
        Schema schema = ContractToIceberg.schema(spec);
        assertThat(TableLayout.order(spec, schema).isUnsorted()).isTrue();
        assertThat(TableLayout.curve(spec, schema)).contains(List.of("region", "client_ts"));
        assertThat(TableLayout.curve(spec(List.of(), List.of("region")), schema)).isEmpty();
        assertThat(List.of(List.of("zorder(region)"), List.of("zorder(region, region)"),
                List.of("zorder(region, regio)"), List.of("zorder(region, tags)"), List.of("zorder(region, client_ts"),
                List.of("zorder(region, client_ts)", "region"))).allSatisfy(
                        entries -> assertThatThrownBy(() -> TableLayout.curve(spec(List.of(), entries), schema))
                                .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.problems())
                                        .singleElement().satisfies(p -> assertThat(p.code())
                                                .isEqualTo(SinkProblem.SORT_UNREADABLE))));
    }

    private static List<String> partitions(String... entries) {
        TableSpec spec = spec(List.of(entries), List.of());
        Schema schema = ContractToIceberg.schema(spec);
        return TableLayout.partitioning(spec, schema).fields().stream().map(f -> f.name() + " " + f.transform())
                .toList();
    }

    private static TableSpec spec(List<String> partitionBy, List<String> sortBy) {
        return new TableSpec("db", "t", "t", COLUMNS, Layout.BRONZE, Optional.empty(), partitionBy, sortBy,
                Duration.ofSeconds(10), 1 << 20, Map.of());
    }
}
