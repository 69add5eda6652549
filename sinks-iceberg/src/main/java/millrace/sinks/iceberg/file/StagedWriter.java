package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.StorageFullException;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.PropertyUtil;
import org.apache.kafka.common.header.Headers;

/**
 * Writes the records of one topic into data files of its table that no snapshot refers to: partitioned by the table's
 * hidden transforms, sorted if the table has a sort order, rolled by size. One thread uses it.
 *
 * <p>
 * The table is taken as it is when the writer opens; after a change of its schema open another. When any method throws
 * (a {@link StorageFullException} if there is no space), only {@link #abort()} may still be called. Two things leave the
 * writer as it was: a {@link millrace.schemas.registry.RegistryUnavailableException} from {@code append}, and a record
 * that is not appended, which is a value.
 */
public final class StagedWriter {
    /** Event times further past the record's own timestamp say nothing of how far a topic has come. */
    private static final long MAX_AHEAD_MICROS = 3_600_000_000L;

    private final RecordRows records;
    private final OpenFiles files;
    private final SortedRows sorted;
    private final int eventTimeSlot;
    private long[] newestEventTime = new long[0];
    private long rows;
    private long unreadRows;
    private boolean ended;

    private StagedWriter(RecordRows records, OpenFiles files, SortedRows sorted, int eventTimeSlot) {
        this.records = records;
        this.files = files;
        this.sorted = sorted;
        this.eventTimeSlot = eventTimeSlot;
    }

    /**
     * @param table as loaded from its catalog
     * @param name stands in every file's name and is unique for all time, or two writers could overwrite each other's
     *        files
     * @throws ProblemException if the table is not one that the sink writes: other data files than Parquet, or without
     *         the columns of the layout
     */
    public static StagedWriter open(Table table, TableSpec spec, WriterSchemas schemas, String name) {
        int eventTime = eventTimeField(table, spec);
        TableColumns columns = columns(table, spec, eventTime);
        RecordRows records = new RecordRows(spec, columns, schemas);
        OpenFiles files = files(table, spec, columns, name);
        return new StagedWriter(records, files,
                SortKey.of(table.sortOrder(), columns).map(o -> new SortedRows(o, records, files)).orElse(null),
                eventTime < 0 ? -1 : columns.slot(eventTime));
    }

    /** @param eventTime id of a field that is asked for besides, or -1 */
    static TableColumns columns(Table table, TableSpec spec, int eventTime) {
        Set<Integer> wanted = new LinkedHashSet<>();
        table.spec().fields().stream().map(PartitionField::sourceId).forEach(wanted::add);
        wanted.addAll(SortKey.sources(table.sortOrder()));
        if (eventTime >= 0) {
            wanted.add(eventTime);
        }
        TableColumns columns = new TableColumns(table.schema(), spec.layout(), wanted);
        requireWritable(table, spec, columns);
        return columns;
    }

    static OpenFiles files(Table table, TableSpec spec, TableColumns columns, String name) {
        long targetSize = PropertyUtil.propertyAsLong(table.properties(), TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
                spec.targetFileSize());
        return new OpenFiles(table, Partitioning.of(table.spec(), columns), new RowWriter(columns),
                ParquetSettings.of(spec.qualifiedName(), table.properties()), name, targetSize,
                SortKey.of(table.sortOrder(), columns).isPresent() ? table.sortOrder() : SortOrder.unsorted());
    }

    private static int eventTimeField(Table table, TableSpec spec) {
        return spec.eventTime().map(clock -> table.schema().findField(clock.column()))
                .filter(f -> f.type().typeId() == Type.TypeID.TIMESTAMP).map(NestedField::fieldId).orElse(-1);
    }

    private static void requireWritable(Table table, TableSpec spec, TableColumns columns) {
        List<Problem> problems = new ArrayList<>(RecordRows.missing(spec, columns));
        IcebergTables.unfit(spec, TableUtil.formatVersion(table)).ifPresent(problems::add);
        String format = table.properties().getOrDefault(TableProperties.DEFAULT_FILE_FORMAT,
                TableProperties.DEFAULT_FILE_FORMAT_DEFAULT);
        if (!format.toLowerCase(Locale.ROOT).equals("parquet")) {
            problems.add(Problem.of(SinkProblem.TABLE_FORMAT, spec.qualifiedName(),
                    "The table wants " + format + " files, and the sink writes Parquet.")
                    .withRemedy(SinkProblem.TABLE_FORMAT.remedy()));
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
    }

    /**
     * Appends one record.
     *
     * @param timestamp of the record, in milliseconds
     * @param key null if it has none; not changed by its owner before {@link #close()}
     * @param value null for a tombstone; as {@code key}
     * @return {@link Appended#WRITTEN}, or why the record is not in a file
     */
    public Appended append(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers) {
        requireOpen();
        Appended answer = records.read(partition, offset, timestamp, key, value, headers);
        if (answer == Appended.WRITTEN) {
            try {
                put(partition, offset, timestamp, key, value, headers, null);
            } catch (RuntimeException e) {
                throw ended(e);
            }
        }
        return answer;
    }

    /**
     * Appends a record as its bytes with an error text and null columns, without looking at its value: for a record
     * that was refused, where the owner decides not to wait for the table to change. Only for bronze layouts.
     */
    public void appendUnread(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers,
            String error) {
        requireOpen();
        records.readNothing(partition, offset, timestamp, key, value, headers, error);
        try {
            put(partition, offset, timestamp, key, value, headers, error);
        } catch (RuntimeException e) {
            throw ended(e);
        }
    }

    private void put(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers,
            String error) {
        rows++;
        if (records.isUnread()) {
            unreadRows++;
        } else if (eventTimeSlot >= 0) {
            noteEventTime(partition, timestamp);
        }
        if (sorted == null) {
            files.add(records.row());
        } else {
            sorted.add(partition, offset, timestamp, key, value, headers, error);
        }
    }

    private void noteEventTime(int partition, long timestamp) {
        RowSlots row = records.row();
        if (row.absent[eventTimeSlot] || row.number[eventTimeSlot] > timestamp * 1000 + MAX_AHEAD_MICROS) {
            return;
        }
        if (partition >= newestEventTime.length) {
            int before = newestEventTime.length;
            newestEventTime = Arrays.copyOf(newestEventTime, partition + 1);
            Arrays.fill(newestEventTime, before, partition + 1, Long.MIN_VALUE);
        }
        newestEventTime[partition] = Math.max(newestEventTime[partition], row.number[eventTimeSlot]);
    }

    /**
     * The newest event time among the appended rows of a topic partition, in microseconds; absent if the spec names no
     * event time or no row had one. Times more than an hour past their record's timestamp do not count.
     */
    public OptionalLong newestEventTime(int partition) {
        return partition < newestEventTime.length && newestEventTime[partition] != Long.MIN_VALUE
                ? OptionalLong.of(newestEventTime[partition])
                : OptionalLong.empty();
    }

    /** Rows appended so far. */
    public long rows() {
        return rows;
    }

    /** Rows among them that stand as bytes because they could not be decoded. */
    public long unreadRows() {
        return unreadRows;
    }

    /** Bytes of the files so far, closed ones and an estimate of the open ones. */
    public long bytes() {
        return files.bytes() + (sorted == null ? 0 : sorted.heldBytes());
    }

    /** Memory held for rows that are not in a file yet, an estimate in bytes. */
    public long bufferedBytes() {
        return files.bufferedBytes() + (sorted == null ? 0 : sorted.heldBytes());
    }

    /** Finishes the files and returns them all; empty if there were no rows. The writer takes nothing more. */
    public List<DataFile> close() {
        requireOpen();
        try {
            if (sorted != null) {
                sorted.drain();
            }
            files.finishOpen();
        } catch (RuntimeException e) {
            throw ended(e);
        }
        ended = true;
        files.release();
        return files.finished();
    }

    /**
     * Deletes every file this writer made, those that {@link #close()} returned included, as far as the storage answers;
     * never throws.
     */
    public void abort() {
        ended = true;
        files.abort();
        files.release();
    }

    private void requireOpen() {
        if (ended) {
            throw new IllegalStateException("The writer was closed or has failed");
        }
    }

    private RuntimeException ended(RuntimeException failure) {
        ended = true;
        return StorageFullException.of(files.location(), failure);
    }
}
