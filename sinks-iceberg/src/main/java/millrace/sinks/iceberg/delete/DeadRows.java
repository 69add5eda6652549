package millrace.sinks.iceberg.delete;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.sinks.iceberg.event.StagedDeletes;
import millrace.sinks.iceberg.moved.Moves;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.Deletes;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinReader;

/** By data file, which of its rows are dead. Grows only; one thread uses it. */
public final class DeadRows {
    private static final String FILE = "referenced-data-file";
    private static final String ROWS = "cardinality";

    private final Map<String, PositionDeleteIndex> byFile = new LinkedHashMap<>();

    public void add(String file, long position) {
        byFile.computeIfAbsent(file, f -> none()).delete(position);
    }

    /** Positions from one on, below another. */
    public void add(String file, long from, long to) {
        byFile.computeIfAbsent(file, f -> none()).delete(from, to);
    }

    public void addAll(DeadRows others) {
        others.byFile.forEach(
                (file, positions) -> byFile.computeIfAbsent(file, f -> none()).merge(positions));
    }

    /** The same rows where they are now; without those that were dead when their files were rewritten. */
    public DeadRows follow(Moves moves) {
        DeadRows now = new DeadRows();
        byFile.forEach((file, positions) -> {
            if (moves.has(file)) {
                positions.forEach(p -> moves.follow(file, p).ifPresent(to -> now.add(to.file(), to.position())));
            } else {
                now.byFile.computeIfAbsent(file, f -> none()).merge(positions);
            }
        });
        return now;
    }

    /** Positions that others can be added to. */
    static PositionDeleteIndex none() {
        return Deletes.toPositionIndex(CloseableIterable.empty());
    }

    public boolean isEmpty() {
        return byFile.isEmpty();
    }

    /** How many there are. */
    public long count() {
        return byFile.values().stream().mapToLong(PositionDeleteIndex::cardinality).sum();
    }

    /** By location of the data file. */
    public Map<String, PositionDeleteIndex> byFile() {
        return Collections.unmodifiableMap(byFile);
    }

    /**
     * Writes them, as yet part of no snapshot. There is at least one.
     *
     * @param name stands in the file's name and is unique for all time
     */
    public StagedDeletes write(Table table, String name) {
        OutputFileFactory files = OutputFileFactory.builderFor(table, 0, 0).operationId(name)
                .format(FileFormat.PUFFIN).build();
        BaseDVFileWriter writer = new BaseDVFileWriter(files, file -> null);
        try (writer) {
            byFile.forEach((file, positions) -> writer.delete(file, positions, PartitionSpec.unpartitioned(), null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<DeleteFile> written = writer.result().deleteFiles();
        return new StagedDeletes(written.get(0).location(), written.stream().mapToLong(DeleteFile::recordCount).sum(),
                written.get(0).fileSizeInBytes());
    }

    /** What {@link #write} wrote; throws what the storage throws, and an unchecked exception for another file. */
    public static DeadRows read(FileIO io, StagedDeletes staged) {
        DeadRows dead = new DeadRows();
        BaseDeleteLoader loader = new BaseDeleteLoader(d -> io.newInputFile(d.location()));
        try (PuffinReader reader = Puffin.read(io.newInputFile(staged.location())).withFileSize(staged.bytes())
                .build()) {
            for (BlobMetadata blob : reader.fileMetadata().blobs()) {
                String file = blob.properties().get(FILE);
                dead.byFile.put(file, loader.loadPositionDeletes(List.of(vector(staged, blob, file)), file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return dead;
    }

    private static DeleteFile vector(StagedDeletes staged, BlobMetadata blob, String file) {
        return FileMetadata.deleteFileBuilder(PartitionSpec.unpartitioned()).ofPositionDeletes()
                .withFormat(FileFormat.PUFFIN).withPath(staged.location()).withFileSizeInBytes(staged.bytes())
                .withReferencedDataFile(file).withContentOffset(blob.offset()).withContentSizeInBytes(blob.length())
                .withRecordCount(Long.parseLong(blob.properties().get(ROWS))).build();
    }
}
