package millrace.sinks.iceberg.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.sinks.iceberg.file.Clickstream;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan of a replay asks of tables: where bronze begins, and which files a stretch of time is in. */
class TableCatalogTest {
    private static final int ROWS = 1_000;
    private static final TableSpec SPEC = Specs.bronze("clicks", Clickstream.SCHEMA, List.of(), List.of(), Map.of());

    @TempDir
    Path folder;

    private final Clickstream clicks = new Clickstream(ROWS, 42);
    private Catalog catalog;
    private TableCatalog reader;
    private Table table;
    private int files;

    @BeforeEach
    void open() {
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        catalog = Catalogs.open(properties);
        table = new IcebergTables(catalog).loadOrCreate(SPEC);
        reader = TableCatalog.open(properties);
    }

    @AfterEach
    void close() {
        reader.close();
        Catalogs.close(catalog);
    }

    @Test
    void bronzeBeginsWithTheFirstRecordOfEachPartition() {
        assertThat(reader.firstOffsets("bronze.clicks")).isEmpty();
        assertThat(reader.firstOffsets("bronze.nothing")).isEmpty();
        land(new long[] {0, 700}, new long[] {2, 55}, new long[] {0, 701});
        land(new long[] {0, 702}, new long[] {1, 9_000}, new long[] {2, 54});
        land(new long[] {1, 8_000});
        assertThat(reader.firstOffsets("bronze.clicks")).isEqualTo(Map.of(0, 700L, 1, 8_000L, 2, 54L));
    }

    @Test
    void aStretchIsInTheFilesThatMayHoldRowsOfIt() {
        landRows(0, 400);
        landRows(400, 1_000);
        Instant from = Instant.ofEpochMilli(clicks.timestamps[300]);
        assertThat(reader.range("bronze.clicks", Optional.of("client_ts"), Optional.of(from), Optional.empty()))
                .hasValueSatisfying(r -> assertThat(r).extracting(RangeFiles::files, RangeFiles::rows)
                        .containsExactly(2L, 1_000L));
        Instant early = Instant.ofEpochMilli(clicks.timestamps[0]).plusSeconds(3_600);
        assertThat(reader.range("bronze.clicks", Optional.of("client_ts"), Optional.of(early), Optional.empty()))
                .contains(new RangeFiles(0, 0, 0, 0));
        assertThat(reader.range("bronze.clicks", Optional.of("client_ts"), Optional.empty(), Optional.of(early)))
                .hasValueSatisfying(r -> assertThat(r).extracting(RangeFiles::files, RangeFiles::partly)
                        .as("whole ones").containsExactly(2L, 0L));
        assertThat(reader.range("bronze.clicks", Optional.empty(), Optional.empty(), Optional.empty()))
                .hasValueSatisfying(r -> assertThat(r.rows()).isEqualTo(1_000));
        assertThat(reader.range("bronze.clicks", Optional.of("nothing"), Optional.empty(), Optional.empty())).isEmpty();
    }

    /** One file with these records, each a partition and an offset. */
    private void land(long[]... places) {
        StagedWriter writer = StagedWriter.open(table, SPEC, id -> Clickstream.SCHEMA, "f" + files++);
        for (int i = 0; i < places.length; i++) {
            writer.append((int) places[i][0], places[i][1], clicks.timestamps[i], clicks.keys[i], clicks.values[i],
                    new RecordHeaders());
        }
        append(writer);
    }

    private void landRows(int from, int to) {
        StagedWriter writer = StagedWriter.open(table, SPEC, id -> Clickstream.SCHEMA, "f" + files++);
        for (int i = from; i < to; i++) {
            writer.append(0, i, clicks.timestamps[i], clicks.keys[i], clicks.values[i], new RecordHeaders());
        }
        append(writer);
    }

    private void append(StagedWriter writer) {
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
    }
}
