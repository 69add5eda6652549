package millrace.sinks.iceberg.delete;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DeleteGranularity;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.deletes.SortingPositionOnlyDeleteWriter;
import org.apache.iceberg.io.DeleteWriteResult;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.util.CharSequenceSet;
import org.apache.iceberg.util.ContentFileUtil;

/**
 * Puts what has died into the form that a table's readers know: one deletion vector for each data file, which takes the
 * place of the one before; in tables of format version 2, one file of positions instead. A data file without a live row
 * leaves the table.
 */
public final class DeleteMerge {
    private static final int VECTOR_VERSION = 3;

    private final Table table;
    private final CurrentFiles current;
    private final Map<String, DataFile> staged = new HashMap<>();
    private final String name;
    private final BaseDeleteLoader loader;
    /** What was deleted before in the files that something dies in; nothing for those without deletes. */
    private final Map<String, PositionDeleteIndex> before = new HashMap<>();

    private DeleteMerge(Table table, CurrentFiles current, List<DataFile> staged, String name) {
        this.table = table;
        this.current = current;
        this.name = name;
        staged.forEach(f -> this.staged.put(f.location(), f));
        loader = new BaseDeleteLoader(d -> table.io().newInputFile(d.location()));
    }

    /**
     * What a commit has to do.
     *
     * @param added the staged files that have a live row
     * @param deletes by data file, what is deleted in it afterwards
     * @param obsolete what was deleted before, in another file
     * @param emptied files of the table that have no live row any more
     */
    public record Merged(List<DataFile> added, Map<String, List<DeleteFile>> deletes, List<DeleteFile> obsolete,
            List<DataFile> emptied) {
        /** Where nothing has died. */
        public static Merged of(List<DataFile> added) {
            return new Merged(List.copyOf(added), Map.of(), List.of(), List.of());
        }

        /** Whether only files are added. */
        public boolean isAppend() {
            return deletes.isEmpty() && obsolete.isEmpty() && emptied.isEmpty();
        }

        /** The same, and files that leave the table with what is deleted in them. */
        public Merged andWithout(List<DataFile> replaced, List<DeleteFile> theirDeletes) {
            List<DataFile> allEmptied = new ArrayList<>(emptied);
            allEmptied.addAll(replaced);
            List<DeleteFile> allObsolete = new ArrayList<>(obsolete);
            allObsolete.addAll(theirDeletes);
            return new Merged(added, deletes, allObsolete, allEmptied);
        }

        /** Whether Iceberg takes it for a replacement of files by others with the same rows. */
        public boolean isReplacement() {
            return !emptied.isEmpty() && (deletes.isEmpty() || !obsolete.isEmpty()) && rows(added) <= rows(emptied);
        }

        private static long rows(List<DataFile> files) {
            return files.stream().mapToLong(DataFile::recordCount).sum();
        }

        /** Puts all of it into one change of the table. */
        public void into(RewriteFiles rewrite) {
            added.forEach(rewrite::addFile);
            deletes.values().stream().flatMap(List::stream).forEach(rewrite::addFile);
            obsolete.forEach(rewrite::deleteFile);
            emptied.forEach(rewrite::deleteFile);
        }

        /** Puts all of it into one change of the table. */
        public void into(RowDelta delta) {
            added.forEach(delta::addRows);
            deletes.values().stream().flatMap(List::stream).forEach(delta::addDeletes);
            obsolete.forEach(delta::removeDeletes);
            emptied.forEach(delta::removeRows);
            Set<String> here = added.stream().map(ContentFile::location).collect(Collectors.toSet());
            delta.validateDataFilesExist(deletes.keySet().stream().filter(f -> !here.contains(f)).toList())
                    .validateDeletedFiles();
        }
    }

    /**
     * Writes the merged deletes.
     *
     * @param current as of the snapshot that the commit is built on
     * @param staged files that the commit adds
     * @param dead of files of either; of files that are in neither nothing is left to delete, since files leave a table
     *        only without live rows, or with its layout
     * @param name stands in the name of what is written; unique for all time
     */
    public static Merged merge(Table table, CurrentFiles current, List<DataFile> staged, DeadRows dead, String name) {
        return new DeleteMerge(table, current, staged, name).merge(dead);
    }

    private Merged merge(DeadRows dead) {
        List<DataFile> emptied = new ArrayList<>();
        List<DeleteFile> obsolete = new ArrayList<>();
        Map<String, PositionDeleteIndex> partly = new HashMap<>();
        dead.byFile().forEach((file, positions) -> {
            Optional<DataFile> data = Optional.ofNullable(staged.get(file)).or(() -> current.data(file));
            if (data.isEmpty()) {
                return;
            }
            List<DeleteFile> deletes = byPosition(file);
            PositionDeleteIndex all = DeadRows.none();
            all.merge(positions);
            if (!deletes.isEmpty()) {
                before.put(file, loader.loadPositionDeletes(deletes, file));
                all.merge(before.get(file));
            }
            if (all.cardinality() < data.get().recordCount()) {
                partly.put(file, positions);
            } else if (staged.remove(file) == null) {
                emptied.add(data.get());
                deletes.stream().filter(ContentFileUtil::isFileScoped).forEach(obsolete::add);
            }
        });
        Map<String, List<DeleteFile>> deletes = new HashMap<>();
        if (!partly.isEmpty()) {
            DeleteWriteResult written = write(partly);
            written.deleteFiles().forEach(d -> deletes
                    .computeIfAbsent(ContentFileUtil.referencedDataFileLocation(d), f -> new ArrayList<>()).add(d));
            obsolete.addAll(written.rewrittenDeleteFiles());
        }
        return new Merged(List.copyOf(staged.values()), deletes, obsolete, emptied);
    }

    /** Those of other writers that go by values stay as they are. */
    private List<DeleteFile> byPosition(String file) {
        return current.deletesByPosition(file);
    }

    /**
     * All that is deleted in a file; null if nothing is. Readers pass over files of positions where there is a vector, so
     * that has to hold them too. Those about this file alone are superseded.
     */
    private PositionDeleteIndex replaced(CharSequence file) {
        return before.get(file.toString());
    }

    private DeleteWriteResult write(Map<String, PositionDeleteIndex> positions) {
        return TableUtil.formatVersion(table) >= VECTOR_VERSION ? writeVectors(positions) : writePositions(positions);
    }

    /**
     * Each vector in a file of its own, although one Puffin file can hold many: a vector that is superseded takes the whole
     * file with it when its snapshot expires, if that is done by Iceberg's incremental clean-up, which goes by locations
     * alone, and others in it may still be in use.
     */
    private DeleteWriteResult writeVectors(Map<String, PositionDeleteIndex> positions) {
        OutputFileFactory files = files(FileFormat.PUFFIN);
        Written written = new Written(new ArrayList<>(), new ArrayList<>());
        positions.forEach((file, of) -> {
            DataFile data = data(file);
            BaseDVFileWriter writer = new BaseDVFileWriter(files, this::replaced);
            try (writer) {
                writer.delete(file, of, spec(data), data.partition());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            written.add(writer.result());
        });
        return written.result();
    }

    private DeleteWriteResult writePositions(Map<String, PositionDeleteIndex> positions) {
        GenericFileWriterFactory writers = new GenericFileWriterFactory.Builder(table)
                .deleteFileFormat(FileFormat.PARQUET).build();
        OutputFileFactory files = files(FileFormat.PARQUET);
        Written written = new Written(new ArrayList<>(), new ArrayList<>());
        positions.forEach((file, of) -> {
            DataFile data = data(file);
            SortingPositionOnlyDeleteWriter<Record> writer = new SortingPositionOnlyDeleteWriter<>(
                    () -> writers.newPositionDeleteWriter(files.newOutputFile(spec(data), data.partition()), spec(data),
                            data.partition()),
                    DeleteGranularity.FILE, this::replaced);
            PositionDelete<Record> delete = PositionDelete.create();
            try (writer) {
                of.forEach(position -> writer.write(delete.set(file, position)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            written.add(writer.result());
        });
        return written.result();
    }

    private OutputFileFactory files(FileFormat format) {
        return OutputFileFactory.builderFor(table, 0, 0).operationId(name).format(format).build();
    }

    private record Written(List<DeleteFile> files, List<DeleteFile> superseded) {
        void add(DeleteWriteResult result) {
            files.addAll(result.deleteFiles());
            superseded.addAll(result.rewrittenDeleteFiles());
        }

        DeleteWriteResult result() {
            return new DeleteWriteResult(files, CharSequenceSet.empty(), superseded);
        }
    }

    private DataFile data(String file) {
        DataFile here = staged.get(file);
        return here != null ? here : current.data(file).orElseThrow();
    }

    private PartitionSpec spec(DataFile file) {
        return table.specs().get(file.specId());
    }
}
