package millrace.sinks.iceberg.stage;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TaskWatermark;
import millrace.sinks.iceberg.commit.TableCommitter;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.file.WriterSchemas;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Files of an Iceberg table, as yet part of no snapshot. */
public final class TableRowFiles implements RowFiles {
    /** What {@code _error} says of an end marker. It lands too, since a replay from the table must meet it again. */
    static final String END_OF_PARTITION = "end marker: no row, but word that the partition is complete";

    private final Table table;
    private final StagedWriter writer;
    private final TableSpec spec;
    private final Set<Integer> partitions = new HashSet<>();
    private final Set<Integer> ended = new HashSet<>();
    private int lastPartition = -1;

    private TableRowFiles(Table table, TableSpec spec, StagedWriter writer) {
        this.table = table;
        this.spec = spec;
        this.writer = writer;
    }

    public static Factory factory(IcebergTables tables, TableSpec spec, WriterSchemas schemas) {
        return (uuid, proposal) -> {
            Table table = load(tables, spec, uuid);
            return new TableRowFiles(table, spec, StagedWriter.open(table, spec, schemas, proposal));
        };
    }

    /** The table as it is now; throws as {@link RowFiles.Factory#open} does. */
    public static Table load(IcebergTables tables, TableSpec spec, UUID uuid) {
        Table table = load(tables, spec)
                .orElseThrow(() -> new TableReplacedException(spec.qualifiedName() + " is not in the catalog"));
        if (!BranchTable.landingId(table).equals(Optional.of(uuid))) {
            throw new TableReplacedException(spec.qualifiedName() + " was dropped and created again");
        }
        return table;
    }

    private static Optional<Table> load(IcebergTables tables, TableSpec spec) {
        try {
            return tables.load(spec);
        } catch (RuntimeException e) {
            throw new CatalogUnavailableException(e);
        }
    }

    @Override
    public Appended append(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null && spec.layout().isBronze()
                && EndMarker.isEnd(null, record.headers())) {
            ended.add(record.partition());
            appendUnread(record, END_OF_PARTITION);
            return Appended.WRITTEN;
        }
        Appended appended = writer.append(record.partition(), record.offset(), record.timestamp(), record.key(),
                record.value(), record.headers());
        touched(record.partition());
        return appended;
    }

    @Override
    public void appendUnread(ConsumerRecord<byte[], byte[]> record, String error) {
        writer.appendUnread(record.partition(), record.offset(), record.timestamp(), record.key(), record.value(),
                record.headers(), error);
        touched(record.partition());
    }

    private void touched(int partition) {
        if (partition != lastPartition) {
            lastPartition = partition;
            partitions.add(partition);
        }
    }

    @Override
    public long bytes() {
        return writer.bytes();
    }

    /** A partition's clock is its newest event time, and it is complete up to that less the disorder it is promised. */
    @Override
    public SortedMap<Integer, Long> clocks() {
        var clocks = new TreeMap<Integer, Long>();
        spec.eventTime().ifPresent(time -> {
            long disorder = time.disorder().toNanos() / 1_000;
            for (int partition : partitions) {
                writer.newestEventTime(partition).ifPresent(newest -> clocks.put(partition, newest - disorder));
            }
        });
        ended.forEach(partition -> clocks.put(partition, TaskWatermark.END));
        return clocks;
    }

    @Override
    public int schemaId() {
        return table.schema().schemaId();
    }

    @Override
    public Closed close() {
        return new Closed(writer.close().stream().map(file -> staged(file, table)).toList(), Optional.empty());
    }

    /** A closed file as a proposal carries it. */
    public static StagedFile staged(DataFile file, Table table) {
        return TableCommitter.staged(file, table.specs());
    }

    @Override
    public void abort() {
        writer.abort();
    }
}
