package millrace.sinks.iceberg.expire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.commit.LayoutHistory;
import millrace.sinks.iceberg.expire.OrphanFiles.Orphan;
import millrace.sinks.iceberg.file.Clickstream;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real table on the disk whose past is taken away. */
class TablePastTest {
    private static final String MARK = "millrace.commit-id";

    @TempDir
    Path folder;
    private TableSpec spec;
    private Table table;
    private int files;

    @BeforeEach
    void aTable() {
        spec = Specs.of("db", "clicks", Clickstream.SCHEMA, TableSpec.Layout.ENGINE, List.of(), List.of(),
                Map.of(SnapshotRules.ALL, "0", SnapshotRules.STEP, Long.toString(Duration.ofDays(365_000).toMillis())));
        table = new IcebergTables(Catalogs.open("t",
                Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")))).loadOrCreate(spec);
    }

    @Test
    void ofManySnapshotsTheNewestStays() throws IOException {
        DataFile replaced = append("a");
        for (int i = 0; i < 4; i++) {
            append("b" + i);
        }
        table.newDelete().deleteFile(replaced).set(MARK, "c").commit();
        append("d");
        assertThat(SnapshotExpiry.plan(table, later())).satisfies(p -> {
            assertThat(p.snapshots()).isEqualTo(6);
            assertThat(p.kept()).isEqualTo(1);
        });
        assertThat(snapshots()).as("a plan changes nothing").hasSize(7);

        SnapshotExpiry.Expired expired = SnapshotExpiry.run(table, later());

        table.refresh();
        assertThat(snapshots()).hasSize(1);
        assertThat(LocalFileIO.path(replaced.location())).doesNotExist();
        assertThat(expired.files()).as("lists of manifests, those too that were merged, and a data file")
                .isGreaterThanOrEqualTo(6);
        assertThat(rows()).isEqualTo(50);
        assertThat(SnapshotExpiry.run(table, later())).isEqualTo(
                new SnapshotExpiry.Expired(SnapshotExpiry.plan(table, later()), 0));
    }

    @Test
    void tagsAndBranchesAndTheLineToTheNewestLandedStay() {
        append("a");
        append("b");
        table.manageSnapshots().createTag("report", table.currentSnapshot().snapshotId()).commit();
        append("c");
        append("d");
        long landed = table.currentSnapshot().snapshotId();
        appendUnmarked();
        appendUnmarked();
        SnapshotExpiry.run(table, later());
        table.refresh();
        assertThat(snapshots()).hasSize(4).contains(landed).contains(table.refs().get("report").snapshotId());
    }

    @Test
    void whatOthersMayNeedIsNotDeleted() {
        append("a");
        table.updateProperties().set("gc.enabled", "false").commit();
        assertThatThrownBy(() -> SnapshotExpiry.run(table, later())).isInstanceOf(ProblemException.class)
                .hasMessageContaining("gc.enabled is false");
        assertThatThrownBy(() -> OrphanFiles.find(table, later())).isInstanceOf(ProblemException.class);
    }

    @Test
    void orphansAreOldFilesThatNoSnapshotHas() throws IOException {
        for (int i = 0; i < 3; i++) {
            append("a" + i);
        }
        Path data = LocalFileIO.path(table.location()).resolve("data");
        Path old = Files.writeString(Files.createDirectories(data.resolve("day=1")).resolve("old.parquet"), "old");
        Path manifest = Files.writeString(data.resolveSibling("metadata").resolve("lost-m0.avro"), "lost");
        Path elsewhere = Files.writeString(data.resolveSibling("notes.txt"), "mine");
        Path moves = Files.writeString(data.resolve("moves.puffin"), "moves");
        table.updateProperties().set(LayoutHistory.PROPERTY,
                "[{\"layout\":1,\"rewrite\":\"r\",\"moved\":\"file://" + moves + "\",\"bytes\":5}]").commit();
        assertThat(OrphanFiles.find(table, Instant.now())).as("all are young").isEmpty();

        Instant before = Instant.now().minus(OrphanFiles.SAFE_AGE).minusSeconds(1);
        try (Stream<Path> all = Files.walk(LocalFileIO.path(table.location()))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(before));
            }
        }
        Path young = Files.writeString(data.resolve("young.parquet"), "young");
        List<Orphan> orphans = OrphanFiles.find(table, Instant.now());
        assertThat(orphans).extracting(o -> LocalFileIO.path(o.location())).containsExactlyInAnyOrder(old, manifest);
        assertThat(orphans).extracting(Orphan::bytes).containsExactlyInAnyOrder(3L, 4L);

        OrphanFiles.delete(table, orphans);
        assertThat(old).doesNotExist();
        assertThat(manifest).doesNotExist();
        assertThat(List.of(elsewhere, moves, young)).allSatisfy(f -> assertThat(f).exists());
        assertThat(rows()).isEqualTo(30);
        for (Snapshot snapshot : table.snapshots()) {
            assertThat(snapshot.allManifests(table.io())).isNotEmpty();
        }
    }

    @Test
    void metadataThatFailedIsAnOrphanUnlessItIsAnotherTables() throws IOException {
        append("a");
        String newest = ((HasTableOperations) table).operations().current().metadataFileLocation();
        Path folderOfMetadata = LocalFileIO.path(newest).getParent();
        Path mine = Files.copy(LocalFileIO.path(newest), folderOfMetadata.resolve("00009-lost.metadata.json"));
        Files.setLastModifiedTime(mine, FileTime.from(Instant.EPOCH));
        assertThat(OrphanFiles.find(table, Instant.now())).extracting(o -> LocalFileIO.path(o.location()))
                .containsExactly(mine);

        Path nested = Files.createDirectories(folderOfMetadata.resolveSibling("data").resolve("metadata"));
        Files.writeString(nested.resolve("00000-other.metadata.json"), Files.readString(mine)
                .replace(table.uuid().toString(), "6d1a4b1e-0000-4000-8000-000000000000"));
        assertThatThrownBy(() -> OrphanFiles.find(table, Instant.now())).isInstanceOf(ProblemException.class)
                .hasMessageContaining("holds files of another table").hasMessageContaining("00000-other");
    }

    @Test
    void whatTheStorageCallsByOtherNamesIsNotTouched() throws IOException {
        append("a");
        Path metadata = LocalFileIO.path(table.location()).resolve("metadata");
        Files.setLastModifiedTime(Files.writeString(metadata.resolve("old.avro"), "old"),
                FileTime.from(Instant.EPOCH));
        try (Stream<Path> all = Files.list(metadata)) {
            for (Path file : all.filter(f -> f.toString().endsWith(".metadata.json")).toList()) {
                Files.move(file, metadata.resolveSibling("elsewhere-" + file.getFileName()));
            }
        }
        assertThatThrownBy(() -> OrphanFiles.find(table, Instant.now())).isInstanceOf(ProblemException.class)
                .hasMessageContaining("does not list the table's own metadata files");
    }

    @Test
    void aBranchWithAnAgeOfItsOwnKeepsEverySnapshotOfIt() {
        for (int i = 0; i < 4; i++) {
            append("a" + i);
        }
        table.manageSnapshots().setMaxSnapshotAgeMs("main", Duration.ofDays(30).toMillis()).commit();
        assertThat(SnapshotExpiry.plan(table, later()).snapshots()).isZero();
        table.updateProperties().set("history.expire.max-snapshot-age-ms", "0").commit();
        assertThat(SnapshotExpiry.plan(table, later()).snapshots()).isZero();
    }

    @Test
    void aFileHasSeveralNames() {
        assertThat(Stream.of("file:/w/t/f", "file:///w/t/f", "file://w/t/f", "/w/t/f", "file:/w//t/f", "/w/./t/f")
                .map(OrphanFiles::path)).containsOnly("/w/t/f");
        assertThat(OrphanFiles.path("file:t/f")).isEqualTo(Path.of("t/f").toAbsolutePath().toString());
        assertThat(OrphanFiles.path("s3a://bucket/t/f")).isEqualTo(OrphanFiles.path("s3://bucket/t/f"));
    }

    /** Snapshots are older than now by then. */
    private static Instant later() {
        return Instant.now().plusSeconds(5);
    }

    private List<Long> snapshots() {
        List<Long> ids = new ArrayList<>();
        table.snapshots().forEach(s -> ids.add(s.snapshotId()));
        return ids;
    }

    private long rows() throws IOException {
        long rows = 0;
        try (TableRows all = TableRows.of(table)) {
            for (var row : all) {
                rows += row.size() > 0 ? 1 : 0;
            }
        }
        return rows;
    }

    private DataFile append(String commit) {
        DataFile file = write();
        table.newAppend().appendFile(file).set(MARK, commit).commit();
        return file;
    }

    private void appendUnmarked() {
        AppendFiles append = table.newAppend();
        append.appendFile(write()).commit();
    }

    private DataFile write() {
        Clickstream events = new Clickstream(10, 1);
        StagedWriter writer = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "w" + files++);
        for (int i = 0; i < 10; i++) {
            writer.append(0, i, events.timestamps[i], events.keys[i], events.values[i], new RecordHeaders());
        }
        return writer.close().get(0);
    }
}
