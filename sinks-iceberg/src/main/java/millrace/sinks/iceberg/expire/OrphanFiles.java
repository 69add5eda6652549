package millrace.sinks.iceberg.expire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.commit.CommitRules;
import millrace.sinks.iceberg.commit.LayoutHistory;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TierFiles;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ReachableFileUtil;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Files in a table's folder that no snapshot has: what was staged and never committed, what a rewrite wrote in vain, what a
 * process left that died.
 *
 * <p>
 * A file may be staged and not yet decided on. A committer refuses what was staged more than half of {@link #SAFE_AGE} ago,
 * so what is older than that and in no snapshot never will be.
 *
 * <p>
 * A folder may be more than one table's: of one that was renamed or dropped before this one came to be, or of one whose name
 * goes on where this one's ends. Such a folder is left alone, and so is one whose files the storage calls by other names than
 * the table does.
 */
public final class OrphanFiles {
    /** Younger files stay, whatever they are. */
    public static final Duration SAFE_AGE = CommitRules.OLDEST.multipliedBy(2);

    /**
     * Where Iceberg puts files if no property says otherwise. What lies elsewhere may belong to others, unless a tier's files
     * lie there.
     */
    private static final List<String> FOLDERS = List.of("/data/", "/metadata/");
    /** Which of a Hadoop table's metadata files is the newest. */
    private static final String HINT = "version-hint.text";
    private static final Pattern SCHEME_AND_HOST = Pattern.compile("^[a-zA-Z][a-zA-Z0-9+.-]*:(//[^/]*)?");
    private static final Pattern SLASHES = Pattern.compile("//+");
    private static final List<String> PATH_ONLY = List.of("file_path");
    private static final String METADATA = ".metadata.json";
    private static final String PACKED = ".gz" + METADATA;
    /** Stands near the start of a metadata file. */
    private static final Pattern UUID_OF_TABLE = Pattern.compile("\"table-uuid\"\\s*:\\s*\"([^\"]+)\"");
    private static final int NEAR_THE_START = 1024;

    private OrphanFiles() {}

    /** One of them. */
    public record Orphan(String location, long bytes, Instant modified) {}

    /**
     * Those of a table.
     *
     * @param catalogProperties Iceberg's
     * @param table {@code namespace.name}
     * @return nothing if there is no such table
     * @throws ProblemException if the catalog does not answer, or as {@link #find(Table, Instant)}
     */
    public static Optional<List<Orphan>> find(Map<String, String> catalogProperties, String table, Instant now) {
        return Catalogs.withTable(catalogProperties, table, t -> find(BranchTable.whole(t), now));
    }

    /** Finds and deletes them; returns those that it found. Throws as the other. */
    public static Optional<List<Orphan>> delete(Map<String, String> catalogProperties, String table, Instant now) {
        return Catalogs.withTable(catalogProperties, table, t -> {
            List<Orphan> orphans = find(BranchTable.whole(t), now);
            delete(t, orphans);
            return orphans;
        });
    }

    /**
     * Lists the table's folder and reads all manifests of all snapshots.
     *
     * @return in the order of their locations
     * @throws ProblemException if the storage cannot list files by their names, or the table's are not to be deleted, or
     *         the folder holds those of another table
     */
    public static List<Orphan> find(Table table, Instant now) {
        OwnFiles.require(table);
        if (!(table.io() instanceof SupportsPrefixOperations storage)) {
            throw new ProblemException(Problem.of(SinkProblem.FILES_UNLISTED, table.name(),
                    table.io().getClass().getSimpleName() + " cannot list files.")
                    .withRemedy(SinkProblem.FILES_UNLISTED.remedy()));
        }
        Set<String> itsOwn = metadataOf(table);
        Map<String, Orphan> old = new HashMap<>();
        Set<String> metadata = new HashSet<>();
        List<String> places = TierFiles.places(table).stream().map(p -> p + "/").toList();
        List<String> folders = new ArrayList<>(FOLDERS.stream().map(f -> table.location() + f).toList());
        folders.addAll(places);
        Set<String> inPlaces = new HashSet<>();
        for (String folder : folders) {
            for (FileInfo file : storage.listPrefix(folder)) {
                if (places.contains(folder)) {
                    inPlaces.add(path(file.location()));
                }
                if (file.location().endsWith(METADATA)) {
                    metadata.add(file.location());
                }
                Instant modified = Instant.ofEpochMilli(file.createdAtMillis());
                if (modified.isBefore(now.minus(SAFE_AGE)) && !file.location().endsWith(HINT)) {
                    old.put(path(file.location()), new Orphan(file.location(), file.size(), modified));
                }
            }
        }
        if (!old.isEmpty()) {
            // Only now: what is in the table by then is none.
            table.refresh();
            itsOwn.addAll(metadataOf(table));
            requireItsOwn(table, metadata, itsOwn);
            requireListed(table, places, inPlaces);
            withoutReferenced(table, old);
        }
        return old.values().stream().sorted(Comparator.comparing(Orphan::location)).toList();
    }

    /** Deletes them; what cannot be deleted stays for the next time. */
    public static void delete(Table table, Collection<Orphan> orphans) {
        CatalogUtil.deleteFiles(table.io(), orphans.stream().map(Orphan::location).toList(), "orphan", true);
    }

    private static Set<String> metadataOf(Table table) {
        Set<String> paths = new HashSet<>();
        ReachableFileUtil.metadataFileLocations(table, false).forEach(f -> paths.add(path(f)));
        return paths;
    }

    /** @param itsOwn metadata files of the table from before the folder was listed and after */
    private static void requireItsOwn(Table table, Set<String> metadata, Set<String> itsOwn) {
        if (metadata.stream().map(OrphanFiles::path).noneMatch(itsOwn::contains)) {
            throw new ProblemException(Problem.of(SinkProblem.FILES_UNLISTED, table.name(),
                    "The storage does not list the table's own metadata files in " + table.location() + ".")
                    .withRemedy(SinkProblem.FILES_UNLISTED.remedy()));
        }
        for (String file : metadata) {
            if (!itsOwn.contains(path(file)) && !isOf(table, file)) {
                throw new ProblemException(Problem.of(SinkProblem.FILES_SHARED, table.name(),
                        "The table's folder holds files of another table: " + file + ".")
                        .withRemedy("Move the other table to a folder of its own, or delete it with its files."));
            }
        }
    }

    /** Of each place that tiers have, a file of the table has to be listed by the table's name for it. */
    private static void requireListed(Table table, List<String> places, Set<String> listed) {
        if (places.isEmpty()) {
            return;
        }
        Map<String, String> oneOfEach = new HashMap<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(t -> places.stream().filter(t.file().location()::startsWith)
                    .forEach(p -> oneOfEach.putIfAbsent(p, t.file().location())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        oneOfEach.values().stream().filter(l -> !listed.contains(path(l))).findFirst().ifPresent(l -> {
            throw new ProblemException(Problem.of(SinkProblem.FILES_UNLISTED, table.name(),
                    "The storage does not list the table's own file " + l + ".")
                    .withRemedy(SinkProblem.FILES_UNLISTED.remedy()));
        });
    }

    private static boolean isOf(Table table, String metadata) {
        try {
            if (metadata.endsWith(PACKED)) {
                return table.uuid().toString().equals(TableMetadataParser.read(table.io(), metadata).uuid());
            }
            try (SeekableInputStream in = table.io().newInputFile(metadata).newStream()) {
                Matcher found = UUID_OF_TABLE
                        .matcher(new String(in.readNBytes(NEAR_THE_START), StandardCharsets.UTF_8));
                return found.find() && table.uuid().toString().equals(found.group(1));
            }
        } catch (NotFoundException e) {
            // The committer has deleted it meanwhile.
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void withoutReferenced(Table table, Map<String, Orphan> files) {
        metadataOf(table).forEach(files::remove);
        ReachableFileUtil.statisticsFilesLocations(table).forEach(f -> files.remove(path(f)));
        LayoutHistory.of(table).rewrites().forEach(r -> files.remove(path(r.location())));
        LayoutHistory.ofAll(table).forEach(h -> h.rewrites().forEach(r -> files.remove(path(r.location()))));
        Set<String> read = new HashSet<>();
        for (Snapshot snapshot : table.snapshots()) {
            if (snapshot.manifestListLocation() != null) {
                files.remove(path(snapshot.manifestListLocation()));
            }
            // A snapshot remembers its manifests, and a table its snapshots; of a copy they are soon forgotten.
            for (ManifestFile manifest : SnapshotParser.fromJson(SnapshotParser.toJson(snapshot))
                    .allManifests(table.io())) {
                files.remove(path(manifest.path()));
                if (read.add(manifest.path())) {
                    withoutEntries(table, manifest, files);
                }
            }
        }
    }

    private static void withoutEntries(Table table, ManifestFile manifest, Map<String, Orphan> files) {
        try (CloseableIterable<? extends ContentFile<?>> entries = manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, table.io(), table.specs()).select(PATH_ONLY)
                : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs()).select(PATH_ONLY)) {
            entries.forEach(f -> files.remove(path(f.location())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same for one file by all its names: a bucket has several schemes, and a host may be written or not. */
    static String path(String location) {
        return LocalFileIO.isLocal(location)
                ? LocalFileIO.path(location).toAbsolutePath().normalize().toString()
                : SLASHES.matcher(SCHEME_AND_HOST.matcher(location).replaceFirst("")).replaceAll("/");
    }
}
