package millrace.sinks.iceberg.maintain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.age.TierLayout;
import millrace.sinks.iceberg.expire.OrphanFiles;
import millrace.sinks.iceberg.expire.OrphanFiles.Orphan;
import millrace.sinks.iceberg.file.Clickstream;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.maintain.AgeCheckup.Belongs;
import millrace.sinks.iceberg.maintain.AgeCheckup.Partition;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.rewrite.Pace;
import millrace.sinks.iceberg.rewrite.RewritePlan;
import millrace.sinks.iceberg.rewrite.RewritePlan.Group;
import millrace.sinks.iceberg.rewrite.RewritePlan.Way;
import millrace.sinks.iceberg.rewrite.RewriteRules;
import millrace.sinks.iceberg.rewrite.Rewriter;
import millrace.sinks.iceberg.table.AgeRules;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.Tier;
import millrace.sinks.iceberg.table.TierFiles;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of arrival whose days become months ten days after these, go to an archive after thirty and leave after ninety. */
class AgingTableTest {
    private static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");
    private static final int ROWS = 50;

    @TempDir
    Path folder;
    private TableSpec spec;
    private Table table;
    private int files;

    @BeforeEach
    void create() {
        spec = Specs.bronze("clicks", Clickstream.SCHEMA, List.of("day(_timestamp)"), List.of(), Map.of())
                .aging(new AgeRules(Optional.of(Duration.ofDays(90)),
                        List.of(new Tier("warm", Duration.ofDays(10), List.of("month(_timestamp)"), Optional.of("gzip"),
                                Optional.empty(), Optional.empty()),
                                new Tier("cold", Duration.ofDays(30), List.of(), Optional.of("zstd"),
                                        Optional.of("15"), Optional.of(folder.resolve("archive").toString())))));
        table = new IcebergTables(Catalogs.open(
                Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")))).loadOrCreate(spec);
        arrive("2026-06-14", "2026-06-14", "2026-06-01", "2026-05-30", "2026-05-29", "2026-04-07", "2026-04-08",
                "2026-02-20");
    }

    @Test
    void aLookSaysWhatIsToBeDoneAndChangesNothing() {
        assertThat(AgeCheckup.of(table, spec, NOW).partitions())
                .extracting(Partition::path, p -> p.age().get().toDays(),
                        Partition::belongs, p -> p.tier().orElse("-"), Partition::files, Partition::rows,
                        Partition::toMove)
                .containsExactly(row("_timestamp_day=2026-02-20", 106, Belongs.NOWHERE, "-", 1, 1),
                        row("_timestamp_day=2026-04-07", 45, Belongs.TIER, "cold", 1, 1),
                        row("_timestamp_day=2026-04-08", 45, Belongs.TIER, "cold", 1, 1),
                        row("_timestamp_day=2026-05-29", 14, Belongs.TIER, "warm", 1, 1),
                        row("_timestamp_day=2026-05-30", 14, Belongs.TIER, "warm", 1, 1),
                        row("_timestamp_day=2026-06-01", -15, Belongs.HERE, "-", 1, 0),
                        row("_timestamp_day=2026-06-14", -15, Belongs.HERE, "-", 2, 0));
        assertThat(table.specs()).hasSize(1);
        assertThat(table.currentSnapshot().summary()).containsEntry("total-data-files", "8");
    }

    @Test
    void partitionsMoveAndLeave() throws IOException {
        Set<String> before = rows();
        age();
        assertThat(rows()).hasSize(7 * ROWS).isSubsetOf(before);
        assertThat(AgeCheckup.of(table, spec, NOW).partitions()).extracting(Partition::path,
                p -> p.tier().orElse("-"), Partition::files, Partition::toMove).containsExactly(
                        tuple("_timestamp_month=2026-04", "cold", 1L, 0L),
                        tuple("_timestamp_month=2026-05", "warm", 1L, 0L),
                        tuple("_timestamp_day=2026-06-01", "-", 1L, 0L),
                        tuple("_timestamp_day=2026-06-14", "-", 1L, 0L));
        Map<String, DataFile> files = files();
        assertThat(codec(files.get("_timestamp_month=2026-05"))).isEqualTo(CompressionCodecName.GZIP);
        assertThat(codec(files.get("_timestamp_day=2026-06-14"))).isEqualTo(CompressionCodecName.ZSTD);
        DataFile cold = files.get("_timestamp_month=2026-04");
        assertThat(cold.location()).contains("/archive/" + table.uuid() + "/data/_timestamp_month=2026-04/");
        assertThat(TierFiles.tierOf(cold.location())).hasValue("cold");
        assertThat(files.get("_timestamp_month=2026-05").location()).contains("/warehouse/");
        assertThat(table.spec().fields()).singleElement()
                .satisfies(f -> assertThat(f.name()).isEqualTo("_timestamp_day"));
        assertThat(plan()).isEmpty();
    }

    @Test
    void whatComesLateFollowsWhenItIsWorthIt() throws IOException {
        age();
        arrive("2026-05-20", "2026-04-07", "2026-02-01");
        assertThat(plan()).extracting(Group::way).containsExactlyInAnyOrder(Way.LEAVE, Way.RECORDS, Way.RECORDS);
        age();
        age();
        assertThat(rows()).hasSize(9 * ROWS);
        assertThat(files().keySet()).containsExactlyInAnyOrder("_timestamp_day=2026-06-14", "_timestamp_day=2026-06-01",
                "_timestamp_month=2026-04", "_timestamp_month=2026-05");
        assertThat(table.currentSnapshot().summary()).containsEntry("total-data-files", "4");
        assertThat(files().get("_timestamp_month=2026-04").location()).contains("/archive/");
    }

    @Test
    void aTierThatHasMovedTakesItsFilesAlong() throws IOException {
        age();
        String before = files().get("_timestamp_month=2026-04").location();
        Tier warm = spec.ages().tiers().get(0);
        spec = spec
                .aging(new AgeRules(spec.ages().keep(), List.of(warm, new Tier("cold", Duration.ofDays(30), List.of(),
                        Optional.empty(), Optional.empty(), Optional.of(folder.resolve("elsewhere").toString())))));
        assertThat(plan()).singleElement().satisfies(g -> assertThat(g.way()).isEqualTo(Way.RECORDS));
        age();
        assertThat(files().get("_timestamp_month=2026-04").location()).contains("/elsewhere/").isNotEqualTo(before);
        assertThat(TierFiles.places(table)).hasSize(2);
        assertThat(plan()).isEmpty();
    }

    @Test
    void aPlaceThatIsListedByOtherNamesIsNotSwept() throws IOException {
        age();
        Path place = Path.of(TierFiles.places(table).get(0));
        Files.move(place, place.resolveSibling("moved"));
        assertThatThrownBy(() -> OrphanFiles.find(table, Instant.now().plus(OrphanFiles.SAFE_AGE).plusSeconds(60)))
                .isInstanceOf(ProblemException.class).hasMessageContaining("does not list the table's own file");
    }

    @Test
    void orphansAreFoundInTheArchiveToo() throws IOException {
        age();
        Path stray = folder.resolve("archive/" + table.uuid() + "/data/_timestamp_month=2026-04/stray.parquet");
        Path other = folder.resolve("archive/another/data/stray.parquet");
        Files.createDirectories(other.getParent());
        for (Path file : List.of(stray, other)) {
            Files.writeString(file, "nothing");
        }
        Instant now = Instant.now();
        // All that is old is an orphan, unless a snapshot has it.
        try (var all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file,
                        FileTime.from(now.minus(OrphanFiles.SAFE_AGE).minus(1, ChronoUnit.DAYS)));
            }
        }
        assertThat(OrphanFiles.find(table, now)).extracting(Orphan::location)
                .containsExactly(LocalFileIO.path(stray.toString()).toString());
    }

    private static Tuple row(String path, long days, Belongs belongs, String tier, long files,
            long toMove) {
        return tuple(path, days, belongs, tier, files, files * ROWS, toMove);
    }

    /** As the role maintain does it, but for the committer. */
    private void age() {
        TierLayout.prepare(table, spec);
        for (Group group : plan()) {
            TableFiles now = TableFiles.of(table, TierLayout.ages(table, spec, TableCheckup.clock(table), NOW));
            List<FileScanTask> tasks = now.tasks(group);
            if (group.way() == Way.LEAVE) {
                var delete = table.newDelete();
                tasks.forEach(t -> delete.deleteFile(t.file()));
                delete.commit();
            } else {
                RewriteFiles rewrite = table.newRewrite();
                tasks.forEach(t -> rewrite.deleteFile(t.file()));
                Rewriter.rewrite(table, tasks, now.destination(table, group), group.way(), "r" + ++files,
                        Pace.UNLIMITED).files().forEach(rewrite::addFile);
                rewrite.commit();
            }
            table.refresh();
        }
    }

    private List<Group> plan() {
        TableFiles now = TableFiles.of(table, TierLayout.ages(table, spec, TableCheckup.clock(table), NOW));
        return RewritePlan.of(now.files(), RewriteRules.forTarget(IcebergTables.targetFileSize(table)).atOnce(),
                RewritePlan.Order.NONE,
                Instant.now().plus(Duration.ofMinutes(1)));
    }

    private void arrive(String... days) {
        Clickstream events = new Clickstream(ROWS, 1);
        for (String day : days) {
            StagedWriter writer = StagedWriter.open(table, spec, id -> Clickstream.SCHEMA, "f" + ++files);
            for (int i = 0; i < ROWS; i++) {
                writer.append(files, i, Instant.parse(day + "T08:00:00Z").toEpochMilli() + i, events.keys[i],
                        events.values[i], new RecordHeaders());
            }
            AppendFiles append = table.newAppend();
            writer.close().forEach(append::appendFile);
            append.commit();
            table.refresh();
        }
    }

    private Set<String> rows() throws IOException {
        Set<String> rows = new TreeSet<>();
        try (TableRows all = TableRows.of(table)) {
            all.forEach(r -> rows.add(r.toString()));
        }
        return rows;
    }

    /** By their partitions, of which each has one file. */
    private Map<String, DataFile> files() throws IOException {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(t -> files.add(t.file()));
        }
        return files.stream().collect(Collectors.toMap(
                f -> table.specs().get(f.specId()).partitionToPath(f.partition()), f -> f, (a, b) -> b));
    }

    private static CompressionCodecName codec(DataFile file) throws IOException {
        try (ParquetFileReader reader = ParquetFileReader
                .open(new LocalInputFile(LocalFileIO.path(file.location())))) {
            return reader.getFooter().getBlocks().get(0).getColumns().get(0).getCodec();
        }
    }
}
