package millrace.sinks.iceberg.keyed;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import millrace.sinks.iceberg.delete.DeadRows;
import millrace.sinks.iceberg.event.StagedDeletes;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.file.KeyedWriter;
import millrace.sinks.iceberg.file.WriterSchemas;
import millrace.sinks.iceberg.stage.RowFiles;
import millrace.sinks.iceberg.stage.TableRowFiles;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.statestores.index.KeyIndex;
import org.apache.iceberg.Table;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Files of a table whose rows change by key, with the rows that theirs take the place of. */
public final class KeyedRowFiles implements RowFiles {
    private final Table table;
    private final KeyedWriter writer;
    private final RowPlaces places;
    private final String proposal;
    private Optional<StagedDeletes> deletes = Optional.empty();

    private KeyedRowFiles(Table table, KeyedWriter writer, RowPlaces places, String proposal) {
        this.table = table;
        this.writer = writer;
        this.places = places;
        this.proposal = proposal;
    }

    public static Factory factory(IcebergTables tables, TableSpec spec, WriterSchemas schemas, RowPlaces places) {
        return (uuid, proposal) -> {
            Table table = TableRowFiles.load(tables, spec, uuid);
            return new KeyedRowFiles(table, KeyedWriter.open(table, spec, schemas, proposal), places, proposal);
        };
    }

    @Override
    public Appended append(ConsumerRecord<byte[], byte[]> record) {
        byte[] key = record.key();
        return writer.append(TableKeys.name(record.partition(), key == null ? new byte[0] : key), record.partition(),
                record.offset(), record.timestamp(), key, record.value(), record.headers());
    }

    @Override
    public void appendUnread(ConsumerRecord<byte[], byte[]> record, String error) {
        throw new IllegalStateException(table.name() + " has no column for bytes");
    }

    @Override
    public long bytes() {
        return writer.bytes();
    }

    /** How complete the topic is, the pipeline's watermarks say. */
    @Override
    public SortedMap<Integer, Long> clocks() {
        return Collections.emptySortedMap();
    }

    @Override
    public int schemaId() {
        return table.schema().schemaId();
    }

    @Override
    public Closed close() {
        Places keys = new Places();
        var files = writer.close(keys);
        DeadRows dead = new DeadRows();
        dead.addAll(places.doubled());
        for (long place : keys.before) {
            if (place != KeyIndex.NOWHERE) {
                places.kill(dead, place);
            }
        }
        if (!dead.isEmpty()) {
            deletes = Optional.of(dead.write(table, proposal));
        }
        places.staged(proposal, new StagedPlaces(keys.names, keys.after));
        List<StagedFile> staged = files.stream().map(f -> TableRowFiles.staged(f, table)).toList();
        return new Closed(staged, deletes);
    }

    /** Where the row of each key was, and is going to be. */
    private final class Places implements KeyedWriter.Placed {
        private List<byte[]> names;
        private long[] before;
        private long[] after;
        private String lastFile;
        private int last;

        @Override
        public void keys(List<byte[]> all) {
            names = all;
            before = places.find(all);
            after = new long[all.size()];
        }

        @Override
        public void at(int key, String file, long position) {
            if (!file.equals(lastFile)) {
                lastFile = file;
                last = places.fileOf(file);
            }
            after[key] = KeyIndex.place(last, position);
        }

        @Override
        public void nowhere(int key) {
            after[key] = KeyIndex.NOWHERE;
        }
    }

    @Override
    public void abort() {
        writer.abort();
        deletes.ifPresent(d -> table.io().deleteFile(d.location()));
    }
}
