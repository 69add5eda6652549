package millrace.sinks.iceberg.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;

class TableHealthReaderTest {
    private static final TableSpec SPEC = new TableSpec("quarantine", "clicks", "web.clicks.v1.quarantine",
            new FieldType.Struct(List.of(Field.required("id", new FieldType.Int64()),
                    Field.optional("reason", new FieldType.Text()))),
            TableSpec.Layout.ENGINE, Optional.empty(), List.of(), List.of(), Duration.ofSeconds(1), 1 << 20, Map.of());

    @TempDir
    Path folder;

    @Test
    void aTableSaysHowItIs() throws IOException {
        Map<String, String> properties = Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse"));
        Catalog catalog = Catalogs.open(properties);
        try (TableHealthReader reader = TableHealthReader.open(properties)) {
            assertThat(reader.read(SPEC)).isEmpty();
            assertThat(reader.countBy(SPEC, "reason")).isEmpty();

            Table table = new IcebergTables(catalog).loadOrCreate(SPEC);
            TableHealth empty = reader.read(SPEC).orElseThrow();
            assertThat(empty.rows()).isZero();
            assertThat(empty.snapshot()).isEmpty();
            assertThat(empty.lastAddition()).isEmpty();

            SourcePosition position = SourcePosition.start("topic-id").with(Map.of(0, 3L));
            append(table, Map.of("millrace.position", position.toJson(), "millrace.complete-through",
                    "2026-11-19T10:41:02Z"), "NOT_DECODABLE", "NOT_DECODABLE", null);
            TableHealth first = reader.read(SPEC).orElseThrow();
            assertThat(first.id()).isEqualTo(table.uuid());
            assertThat(first.rows()).isEqualTo(3);
            assertThat(first.files()).isEqualTo(1);
            assertThat(first.smallFiles()).isEqualTo(1);
            assertThat(first.position()).contains(position);
            assertThat(first.completeThrough()).contains(Instant.parse("2026-11-19T10:41:02Z"));

            // Somebody else's commit has no position; the one before it still counts.
            append(table, Map.of(), "EVENT_TIME_AHEAD", "NOT_DECODABLE");
            TableHealth second = reader.read(SPEC).orElseThrow();
            assertThat(second.rows()).isEqualTo(5);
            assertThat(second.position()).contains(position);
            assertThat(second.additions()).extracting(TableHealth.Addition::rows).containsExactly(2L, 3L);
            Instant soon = second.additions().getFirst().at().plusSeconds(1);
            assertThat(second.rowsPerSecond(soon, Duration.ofMinutes(1))).isEqualTo(5 / 60.0);
            assertThat(second.rowsPerSecond(soon.plusSeconds(300), Duration.ofMinutes(1))).isZero();

            assertThat(reader.countBy(SPEC, "reason"))
                    .isEqualTo(Map.of("NOT_DECODABLE", 3L, "EVENT_TIME_AHEAD", 1L, "", 1L));
            assertThat(second.rewrites()).isEmpty();
            table.refresh();
            List<DataFile> two = new ArrayList<>();
            table.newScan().planFiles().forEach(task -> two.add(task.file()));
            DataFile one = DataFiles.builder(table.spec()).withPath(table.location() + "/data/one.parquet")
                    .withFormat(FileFormat.PARQUET).withFileSizeInBytes(77).withRecordCount(5).build();
            table.newRewrite().deleteFile(two.get(0)).deleteFile(two.get(1)).addFile(one).commit();
            long bytes = two.get(0).fileSizeInBytes() + two.get(1).fileSizeInBytes();
            Instant at = Instant.ofEpochMilli(table.currentSnapshot().timestampMillis());
            TableHealth third = reader.read(SPEC).orElseThrow();
            assertThat(third.upkeep(at.plusSeconds(9)))
                    .isEqualTo(new Upkeep(1, 2, 1, bytes, 77, Optional.of(at)));
            assertThat(third.upkeep(at.plusSeconds(9_999))).isEqualTo(Upkeep.NONE);
            table.newDelete().deleteFromRowFilter(org.apache.iceberg.expressions.Expressions.alwaysTrue()).commit();
            assertThat(reader.countBy(SPEC, "reason")).isEmpty();
            assertThat(reader.read(SPEC).orElseThrow().rows()).isZero();
        }
    }

    @Test
    void aCatalogThatIsNotThereYetIsOpenedOnceItIs() throws Exception {
        Path notYet = folder.resolve("later");
        try (TableHealthReader reader = TableHealthReader
                .open(Catalogs.sqlite(notYet.resolve("catalog.db"), notYet.resolve("warehouse")))) {
            assertThatThrownBy(() -> reader.read(SPEC)).hasMessageContaining("CATALOG_UNAVAILABLE");
            Files.createDirectory(notYet);
            Instant giveUp = Instant.now().plusSeconds(60);
            while (true) {
                try {
                    assertThat(reader.read(SPEC)).isEmpty();
                    return;
                } catch (ProblemException e) {
                    assertThat(Instant.now()).as(e.getMessage()).isBefore(giveUp);
                    Thread.sleep(100);
                }
            }
        }
    }

    @Test
    void propertiesThatMakeNoCatalogAreRefusedAtOnce() {
        assertThatThrownBy(() -> TableHealthReader.open(Map.of("type", "rst")))
                .hasMessageContaining("CATALOG_UNUSABLE");
    }

    private static void append(Table table, Map<String, String> summary, String... reasons) throws IOException {
        DataWriter<Record> writer = Parquet
                .writeData(table.io().newOutputFile(table.location() + "/data/" + UUID.randomUUID() + ".parquet"))
                .schema(table.schema()).withSpec(table.spec()).createWriterFunc(GenericParquetWriter::create).build();
        try (writer) {
            for (int i = 0; i < reasons.length; i++) {
                GenericRecord row = GenericRecord.create(table.schema());
                row.setField("id", (long) i);
                row.setField("reason", reasons[i]);
                writer.write(row);
            }
        }
        DataFile file = writer.toDataFile();
        AppendFiles append = table.newAppend().appendFile(file);
        summary.forEach(append::set);
        append.commit();
    }
}
