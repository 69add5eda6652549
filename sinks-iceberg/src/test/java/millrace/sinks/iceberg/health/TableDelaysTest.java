package millrace.sinks.iceberg.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;

class TableDelaysTest {
    private static final TableSpec SPEC = new TableSpec("silver", "clicks", "web.clicks.v1", new FieldType.Struct(
            List.of(Field.required("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true)))),
            TableSpec.Layout.ENGINE, Optional.empty(), List.of(), List.of(), Duration.ofSeconds(1), 1 << 20, Map.of());

    @TempDir
    Path folder;

    @Test
    void eachRowIsMeasuredAgainstTheSnapshotThatAddedIt() throws IOException {
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        Instant from = Instant.parse("2026-11-19T10:00:00Z");
        assertThat(TableDelays.of(properties, SPEC, "at", from).rows()).isZero();

        Table table = new IcebergTables(Catalogs.open(properties)).loadOrCreate(SPEC);
        long first = append(table, from.minusSeconds(1), from, from);
        table.newAppend().commit(); // a commit without a row
        long second = append(table, from.plusSeconds(5));

        Delays delays = TableDelays.of(properties, SPEC, "at", from);
        assertThat(delays.rowsByMillis()).isEqualTo(new TreeMap<>(Map.of(first - from.toEpochMilli(), 2L,
                second - from.toEpochMilli() - 5_000, 1L)));
        assertThat(delays.commits()).isEqualTo(2);
    }

    @Test
    void aShareOfTheRowsTookAtMost() {
        Delays delays = new Delays(3, new TreeMap<>(Map.of(100L, 98L, 2_000L, 1L, 9_000L, 1L)));
        assertThat(delays.rows()).isEqualTo(100);
        assertThat(delays.within(0.5)).isEqualTo(Duration.ofMillis(100));
        assertThat(delays.within(0.98)).isEqualTo(Duration.ofMillis(100));
        assertThat(delays.within(0.99)).isEqualTo(Duration.ofSeconds(2));
        assertThat(delays.within(1)).isEqualTo(Duration.ofSeconds(9));
    }

    /** Returns when the rows became readable. */
    private static long append(Table table, Instant... moments) throws IOException {
        DataWriter<Record> writer = Parquet
                .writeData(table.io().newOutputFile(table.location() + "/data/" + UUID.randomUUID() + ".parquet"))
                .schema(table.schema()).withSpec(table.spec()).createWriterFunc(GenericParquetWriter::create).build();
        try (writer) {
            for (Instant moment : moments) {
                GenericRecord row = GenericRecord.create(table.schema());
                row.setField("at", moment.atOffset(ZoneOffset.UTC));
                writer.write(row);
            }
        }
        table.newAppend().appendFile(writer.toDataFile()).commit();
        return table.currentSnapshot().timestampMillis();
    }
}
