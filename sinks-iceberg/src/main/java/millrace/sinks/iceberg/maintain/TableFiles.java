package millrace.sinks.iceberg.maintain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import millrace.sinks.iceberg.age.Home;
import millrace.sinks.iceberg.age.PartitionAges;
import millrace.sinks.iceberg.age.TierLayout;
import millrace.sinks.iceberg.rewrite.Destination;
import millrace.sinks.iceberg.rewrite.RewritePlan;
import millrace.sinks.iceberg.rewrite.Rewriter;
import millrace.sinks.iceberg.rewrite.TableFile;
import millrace.sinks.iceberg.rewrite.TableFile.Standing;
import millrace.sinks.iceberg.table.TierFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The data files of a table's current snapshot, with what is deleted in them and where their rows belong; without those of
 * other formats than ours and encrypted ones.
 */
final class TableFiles {
    private final Map<String, FileScanTask> tasks = new LinkedHashMap<>();
    private final Map<String, TableFile> files = new LinkedHashMap<>();
    /** By the locations of files. */
    private final Map<String, Home> homes = new HashMap<>();

    private TableFiles() {}

    /** Reads the manifests, of a table that has a snapshot and whose rows stay where they are however old. */
    static TableFiles of(Table table) {
        return of(table, PartitionAges.NONE);
    }

    /** The same where they do not. */
    static TableFiles of(Table table, PartitionAges ages) {
        TableFiles all = new TableFiles();
        Predicate<DataFile> ordered = Rewriter.ordered(table);
        Map<Long, Instant> made = new HashMap<>();
        Instant oldest = Instant.MAX;
        for (Snapshot snapshot : table.snapshots()) {
            Instant at = Instant.ofEpochMilli(snapshot.timestampMillis());
            made.put(snapshot.sequenceNumber(), at);
            oldest = at.isBefore(oldest) ? at : oldest;
        }
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            for (FileScanTask task : planned) {
                DataFile file = task.file();
                if (file.format() != FileFormat.PARQUET || file.keyMetadata() != null) {
                    continue;
                }
                Home home = ages.homeOf(file.specId(), file.partition());
                all.tasks.put(file.location(), task);
                all.homes.put(file.location(), home);
                all.files.put(file.location(), new TableFile(file.location(), partition(table, file, home),
                        standing(table, file, home), file.fileSizeInBytes(), file.recordCount(), dead(task),
                        task.deletes().stream().anyMatch(d -> d.content() == FileContent.EQUALITY_DELETES),
                        ordered.test(file),
                        made.getOrDefault(file.fileSequenceNumber(), oldest)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    Collection<TableFile> files() {
        return files.values();
    }

    List<FileScanTask> tasks(RewritePlan.Group group) {
        return group.files().stream().map(f -> tasks.get(f.location())).toList();
    }

    /** Where the rows of a group go that stay in the table. */
    Destination destination(Table table, RewritePlan.Group group) {
        DataFile file = tasks.get(group.files().get(0).location()).file();
        return homes.get(file.location()) instanceof Home.InTier home
                ? new Destination(home.spec(), home.partition(), Optional.of(home.tier()))
                : Destination.of(table, file);
    }

    /** What is in each partition that there is, and where it belongs. */
    List<AgeCheckup.Partition> byPartition(Table table, PartitionAges ages) {
        Map<String, List<TableFile>> together = new LinkedHashMap<>();
        files.values().forEach(f -> {
            DataFile file = tasks.get(f.location()).file();
            together.computeIfAbsent(partition(table.specs().get(file.specId()), file.partition()),
                    p -> new ArrayList<>()).add(f);
        });
        return together.values().stream().map(these -> {
            DataFile one = tasks.get(these.get(0).location()).file();
            Home home = homes.get(one.location());
            return new AgeCheckup.Partition(table.specs().get(one.specId()).partitionToPath(one.partition()),
                    ages.ageOf(one.specId(), one.partition()), switch (home) {
                        case Home.Young young -> AgeCheckup.Belongs.HERE;
                        case Home.InTier there -> AgeCheckup.Belongs.TIER;
                        case Home.Nowhere nowhere -> AgeCheckup.Belongs.NOWHERE;
                    }, home instanceof Home.InTier there ? Optional.of(there.tier().name()) : Optional.empty(),
                    these.size(), these.stream().mapToLong(f -> f.rows() - f.dead()).sum(),
                    these.stream().mapToLong(TableFile::bytes).sum(),
                    these.stream().filter(f -> f.standing() != Standing.AT_HOME).count());
        }).toList();
    }

    private static Standing standing(Table table, DataFile file, Home home) {
        return switch (home) {
            case Home.Young young -> Standing.AT_HOME;
            case Home.Nowhere nowhere -> Standing.OVER;
            case Home.InTier there -> TierLayout.isSame(table.specs().get(file.specId()), there.spec())
                    && TierFiles.tierOf(file.location()).filter(there.tier().name()::equals).isPresent()
                    && TierFiles.isPlaced(table, there.tier(), file.location())
                            ? Standing.AT_HOME
                            : Standing.ASTRAY;
        };
    }

    private static String partition(Table table, DataFile file, Home home) {
        return home instanceof Home.InTier there
                ? there.tier().name() + "/" + partition(there.spec(), there.partition())
                : partition(table.specs().get(file.specId()), file.partition());
    }

    private static String partition(PartitionSpec spec, StructLike partition) {
        StringBuilder text = new StringBuilder().append(spec.specId());
        for (int i = 0; i < spec.fields().size(); i++) {
            Object value = partition.get(i, Object.class);
            // A value may be the word null.
            text.append(value == null ? "/" : "/=" + value);
        }
        return text.toString();
    }

    private static long dead(FileScanTask task) {
        return Math.min(task.file().recordCount(), task.deletes().stream()
                .filter(d -> d.content() == FileContent.POSITION_DELETES && d.referencedDataFile() != null)
                .mapToLong(DeleteFile::recordCount).sum());
    }
}
