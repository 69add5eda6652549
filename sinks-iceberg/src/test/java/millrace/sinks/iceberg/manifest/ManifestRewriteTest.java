package millrace.sinks.iceberg.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import millrace.sinks.iceberg.file.Clickstream;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real table on the disk whose manifests are put in order. */
class ManifestRewriteTest {
    @TempDir
    Path folder;

    private TableSpec spec;
    private Table table;
    private int files;

    @Test
    void manySmallManifestsBecomeOneAndEveryFileStaysWhatItIs() throws IOException {
        open(List.of());
        for (int i = 0; i < 25; i++) {
            append();
        }
        Map<String, String> before = dataFiles();
        assertThat(ManifestRewrite.plan(table)).isEqualTo(new ManifestRewrite.Result(25, 1, bytes()));

        ManifestRewrite.Result done = ManifestRewrite.run(table);

        assertThat(done.after()).isEqualTo(1);
        assertThat(table.currentSnapshot().operation()).isEqualTo(DataOperations.REPLACE);
        assertThat(dataFiles()).isEqualTo(before);
        assertThat(ManifestRewrite.run(table)).isEqualTo(new ManifestRewrite.Result(1, 1, 0));
        append();
        assertThat(dataFiles()).as("rows that come then are numbered behind the others").hasSize(26);
        assertThat(new HashSet<>(dataFiles().values())).hasSize(26);
    }

    @Test
    void filesOfAPartitionAreInOneManifestAfterwards() throws IOException {
        open(List.of("region"));
        for (int i = 0; i < 25; i++) {
            append();
        }
        long all = bytes();
        table.updateProperties().set("commit.manifest.target-size-bytes", Long.toString(all / 4)).commit();
        Map<String, String> before = dataFiles();

        ManifestRewrite.Result done = ManifestRewrite.run(table);

        assertThat(done.after()).isBetween(4, 8);
        assertThat(dataFiles()).isEqualTo(before);
        Map<String, Set<String>> manifestsOf = new TreeMap<>();
        for (ManifestFile manifest : table.currentSnapshot().dataManifests(table.io())) {
            try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, table.io(), table.specs())) {
                reader.forEach(f -> manifestsOf.computeIfAbsent(f.partition().get(0, String.class),
                        r -> new HashSet<>()).add(manifest.path()));
            }
        }
        assertThat(ManifestRewrite.run(table)).as("there is nothing left to do")
                .isEqualTo(new ManifestRewrite.Result(done.after(), done.after(), 0));
        assertThat(manifestsOf).hasSizeGreaterThan(4).allSatisfy((region, of) -> assertThat(of).hasSize(1));
    }

    @Test
    void aTableWithoutRowsHasNothingToPutInOrder() {
        open(List.of());
        assertThat(ManifestRewrite.run(table)).isEqualTo(new ManifestRewrite.Result(0, 0, 0));
    }

    private void open(List<String> partitionBy) {
        spec = Specs.of("db", "clicks", Clickstream.SCHEMA, TableSpec.Layout.ENGINE, partitionBy, List.of(),
                Map.of("format-version", "3", "commit.manifest.min-count-to-merge", "1000"));
        table = new IcebergTables(Catalogs.open("t",
                Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")))).loadOrCreate(spec);
    }

    private long bytes() {
        return table.currentSnapshot().dataManifests(table.io()).stream().mapToLong(ManifestFile::length).sum();
    }

    /** By location: what its rows are numbered from, when it came, and its partition. */
    private Map<String, String> dataFiles() throws IOException {
        Map<String, String> found = new HashMap<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> found.put(task.file().location(), task.file().firstRowId() + " "
                    + task.file().dataSequenceNumber() + " " + task.file().partition()));
        }
        return found;
    }

    private void append() {
        Clickstream events = new Clickstream(40, files);
        StagedWriter writer = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "w" + files++);
        for (int i = 0; i < 40; i++) {
            writer.append(0, i, events.timestamps[i], events.keys[i], events.values[i], new RecordHeaders());
        }
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();
        table.refresh();
    }
}
