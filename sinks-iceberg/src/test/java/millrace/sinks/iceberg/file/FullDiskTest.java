package millrace.sinks.iceberg.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.StorageFullException;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@EnabledOnOs(OS.LINUX)
class FullDiskTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"write.parquet.compression-level,1", "write.parquet.page-version,v2"})
    void aFullDiskIsRecognisedWhileRowsComeAndAtTheEnd(String key, String value) {
        Map<String, String> properties = new HashMap<>(
                Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")));
        properties.put("io-impl", FullForData.class.getName());
        TableSpec spec = Specs.bronze("events", Clickstream.SCHEMA, List.of(), List.of(),
                Map.of(key, value, "write.parquet.row-group-size-bytes", "100000"));
        Table table = new IcebergTables(Catalogs.open("full", properties)).loadOrCreate(spec);
        Clickstream events = new Clickstream(5000, 1);

        StagedWriter few = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "few");
        few.append(0, 0, events.timestamps[0], events.keys[0], events.values[0], null);
        assertThatThrownBy(few::close).isInstanceOf(StorageFullException.class).hasMessageContaining("No space left");
        few.abort();

        StagedWriter many = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "many");
        assertThatThrownBy(() -> {
            for (int i = 0; i < 5000; i++) {
                many.append(0, i, events.timestamps[i], events.keys[i], events.values[i], null);
            }
        }).isInstanceOf(StorageFullException.class);
        many.abort();
        assertThat(new LocalFileIO().listPrefix(folder.resolve("warehouse").toString()))
                .noneMatch(f -> f.location().endsWith(".parquet"));
    }

    /** Data files go to a device that is always full. */
    public static final class FullForData implements FileIO {
        private static final long serialVersionUID = 1L;

        private final LocalFileIO local = new LocalFileIO();

        @Override
        public InputFile newInputFile(String path) {
            return local.newInputFile(path);
        }

        @Override
        public void deleteFile(String path) {
            local.deleteFile(path);
        }

        @Override
        public OutputFile newOutputFile(String path) {
            OutputFile real = local.newOutputFile(path);
            if (!path.endsWith(".parquet")) {
                return real;
            }
            return new OutputFile() {
                @Override
                public PositionOutputStream create() {
                    return local.newOutputFile("/dev/full").createOrOverwrite();
                }

                @Override
                public PositionOutputStream createOrOverwrite() {
                    return create();
                }

                @Override
                public String location() {
                    return real.location();
                }

                @Override
                public InputFile toInputFile() {
                    return real.toInputFile();
                }
            };
        }
    }
}
