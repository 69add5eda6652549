package millrace.sinks.iceberg.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a table's files look like, and what would be done about them. */
class TableCheckupTest {
    @TempDir
    Path folder;

    @Test
    void itSaysWhatMaintenanceWouldDo() {
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        Catalog catalog = Catalogs.open(properties);
        TableSpec spec = Specs.of("db", "clicks", Clickstream.SCHEMA, TableSpec.Layout.ENGINE, List.of(), List.of(),
                Map.of());
        Table table = new IcebergTables(catalog).loadOrCreate(spec);
        Instant now = Instant.now();
        assertThat(TableCheckup.of(properties, "db.clicks", now)).hasValueSatisfying(c -> {
            assertThat(c.files()).isZero();
            assertThat(c.oldest()).isEmpty();
        });
        assertThat(TableCheckup.of(properties, "db.tables", now)).isEmpty();
        Clickstream events = new Clickstream(100, 1);
        for (int file = 0; file < 4; file++) {
            append(table, spec, events, file);
        }
        assertThat(TableCheckup.of(properties, "db.clicks", now).orElseThrow().rewrites()).isEmpty();
        append(table, spec, events, 4);
        TableCheckup found = TableCheckup.of(properties, "db.clicks", now).orElseThrow();
        assertThat(found.files()).isEqualTo(5);
        assertThat(found.small()).isEqualTo(5);
        assertThat(found.rows()).isEqualTo(500);
        assertThat(found.dead()).isZero();
        assertThat(found.snapshots()).isEqualTo(5);
        assertThat(found.manifests()).isEqualTo(5);
        assertThat(found.targetBytes()).isEqualTo(128L << 20);
        assertThat(found.partitions()).isEqualTo(1);
        assertThat(found.fullest()).isEmpty();
        assertThat(found.rewrites()).containsExactly(
                new TableCheckup.Planned(5, found.bytes(), "records", "small_files"));
        assertThat(TableCheckup.of(properties, "db.clicks", now.plus(Duration.ofHours(2))).orElseThrow().rewrites())
                .extracting(TableCheckup.Planned::files).containsExactly(5L);
    }

    @Test
    void itNamesThePartitionThatHasTheMostFiles() {
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        TableSpec spec = Specs.of("db", "clicks", Clickstream.SCHEMA, TableSpec.Layout.ENGINE,
                List.of("bucket(4, user_id)"), List.of(), Map.of());
        Table table = new IcebergTables(Catalogs.open(properties)).loadOrCreate(spec);
        append(table, spec, new Clickstream(1_000, 1), 0);
        for (int file = 1; file < 4; file++) {
            append(table, spec, new Clickstream(1, 1), file);
        }
        TableCheckup found = TableCheckup.of(properties, "db.clicks", Instant.now()).orElseThrow();
        assertThat(found.partitions()).isEqualTo(4);
        assertThat(found.fullest()).hasValueSatisfying(fullest -> {
            assertThat(fullest.path()).startsWith("user_id_bucket=");
            assertThat(fullest.files()).isEqualTo(4);
            assertThat(fullest.timesTheMean()).isEqualTo(4 / (7 / 4.0));
        });
    }

    private static void append(Table table, TableSpec spec, Clickstream events, int file) {
        StagedWriter writer = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "f" + file);
        for (int i = 0; i < events.values.length; i++) {
            writer.append(0, i, events.timestamps[i], events.keys[i], events.values[i], new RecordHeaders());
        }
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
    }
}
