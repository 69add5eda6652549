package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every codec of Iceberg's property, on both writers, with a level and without. */
class CompressionTest {
    private static final String CODEC = "write.parquet.compression-codec";
    private static final String LEVEL = "write.parquet.compression-level";
    private static final int ROWS = 3000;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"zstd,,ZSTD", "zstd,19,ZSTD", "ZSTD,-5,ZSTD", "gzip,,GZIP", "gzip,1,GZIP", "gzip,9,GZIP", "gzip,0,GZIP",
            "gzip,BEST_COMPRESSION,GZIP", "gzip,DEFAULT_COMPRESSION,GZIP", "gzip,default_compression,GZIP",
            "snappy,,SNAPPY", "snappy,1,SNAPPY",
            "lz4,,LZ4_RAW", "lz4,9,LZ4_RAW", "lz4_raw,,LZ4_RAW", "uncompressed,,UNCOMPRESSED",
            "uncompressed,1,UNCOMPRESSED", "none,,UNCOMPRESSED"})
    void rowsAreReadBackFromBothWriters(String codec, String level, CompressionCodecName name) throws IOException {
        for (String pages : new String[] {"v1", "v2"}) {
            Table table = table(codec, level, Map.of("write.parquet.page-version", pages));
            DataFile file = written(table);
            try (ParquetFileReader parquet = ParquetFileReader
                    .open(new LocalInputFile(Path.of(URI.create(file.location()))))) {
                assertThat(parquet.getFooter().getBlocks()).allSatisfy(
                        b -> b.getColumns().forEach(c -> assertThat(c.getCodec()).as(pages).isEqualTo(name)));
            }
            int rows = 0;
            for (Record row : TableRows.ofFile(table, file)) {
                assertThat(row.getField("_offset")).as(pages).isEqualTo((long) rows++);
            }
            assertThat(rows).as(pages).isEqualTo(ROWS);
        }
    }

    @ParameterizedTest
    @CsvSource({"zstd,-7,15", "gzip,1,9", "gzip,0,1"})
    void aHigherLevelMakesSmallerFilesOnBothWriters(String codec, String low, String high) {
        for (String pages : new String[] {"v1", "v2"}) {
            Map<String, String> version = Map.of("write.parquet.page-version", pages);
            assertThat(written(table(codec, high, version)).fileSizeInBytes()).as(pages)
                    .isLessThan(written(table(codec, low, version)).fileSizeInBytes());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "brotli|1|write.parquet.compression-codec is brotli, for which Parquet needs a codec that is not part of this",
            "zst||\"zst\", expected one of zstd, snappy, gzip, lz4, uncompressed, brotli. Did you mean \"zstd\"?",
            "lzo||\"lzo\", expected one of", "gzip|10|\"10\", expected 0 to 9 for gzip.",
            "gzip|fast|\"fast\", expected 0 to 9 for gzip.", "zstd|23|\"23\", expected -131072 to 22 for zstd."})
    void whatCannotBeWrittenIsRefusedAtTheTableAndAtItsFiles(String codec, String level, String message) {
        IcebergTables tables = new IcebergTables(memory());
        TableSpec wrong = spec(properties(codec, level, Map.of()));
        assertThatThrownBy(() -> tables.loadOrCreate(wrong)).isInstanceOfSatisfying(ProblemException.class,
                e -> assertThat(e.problems()).singleElement().satisfies(p -> {
                    assertThat(p.code()).isEqualTo(SinkProblem.COMPRESSION_UNKNOWN);
                    assertThat(p.message()).contains(message);
                    assertThat(p.subject()).isEqualTo("bronze.events");
                }));
        TableSpec spec = spec(Map.of());
        Table table = tables.loadOrCreate(spec);
        UpdateProperties update = table.updateProperties();
        properties(codec, level, Map.of()).forEach(update::set);
        update.commit();
        assertThatThrownBy(() -> StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "w"))
                .isInstanceOf(ProblemException.class).hasMessageContaining(message);
    }

    @Test
    void aCodecThatIsChangedMeetsTheLevelOfTheOneBefore() {
        Table table = new IcebergTables(memory()).loadOrCreate(spec(Map.of("write.parquet.page-version", "v2")));
        assertThat(table.properties()).containsEntry(LEVEL, "1");
        for (String codec : new String[] {"gzip", "snappy", "lz4", "uncompressed", "zstd"}) {
            table.updateProperties().set(CODEC, codec).commit();
            assertThat(written(table).recordCount()).as(codec).isEqualTo(ROWS);
        }
    }

    private static DataFile written(Table table) {
        StagedWriter writer = StagedWriter.open(table, spec(Map.of()), id -> Clickstream.SCHEMA,
                UUID.randomUUID().toString());
        Clickstream events = new Clickstream(ROWS, 1);
        for (int i = 0; i < ROWS; i++) {
            writer.append(0, i, events.timestamps[i], events.keys[i], events.values[i], null);
        }
        return writer.close().get(0);
    }

    private Table table(String codec, String level, Map<String, String> more) {
        String name = UUID.randomUUID().toString();
        Table table = new IcebergTables(Catalogs.open(Catalogs.sqlite(folder.resolve(name + ".db"),
                folder.resolve(name)))).loadOrCreate(spec(properties(codec, level, more)));
        if (level == null) {
            table.updateProperties().remove(LEVEL).commit();
        }
        return table;
    }

    private static Map<String, String> properties(String codec, String level, Map<String, String> more) {
        Map<String, String> properties = new HashMap<>(more);
        properties.put(CODEC, codec);
        if (level != null) {
            properties.put(LEVEL, level);
        }
        return properties;
    }

    private static TableSpec spec(Map<String, String> properties) {
        return Specs.bronze("events", Clickstream.SCHEMA, java.util.List.of(), java.util.List.of(), properties);
    }

    private static InMemoryCatalog memory() {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        return catalog;
    }
}
