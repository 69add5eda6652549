package millrace.sinks.iceberg.file;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.UnknownSchemaException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;
import millrace.schemas.wire.Malformed;
import millrace.sinks.iceberg.table.KeyChange;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableEvolution;
import millrace.sinks.iceberg.table.TableSchemas;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.WriterColumns;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import millrace.sinks.iceberg.table.ValueFormat;
import org.apache.avro.Schema;
import org.apache.iceberg.types.Type;
import org.apache.kafka.common.header.Headers;

/** Turns records of a topic into rows of its table: finds how each schema is read, and what to do where it cannot be. */
final class RecordRows {
    /** How the records of one schema become rows. */
    private sealed interface Reading {
        record Rows(RowReader reader) implements Reading {}

        record Json(JsonRows rows) implements Reading {}

        record NotNow(Appended answer) implements Reading {}

        /** The registry does not know the id. */
        record Unknown(String error) implements Reading {}
    }

    private final TableSpec spec;
    private final TableColumns table;
    private final WriterSchemas schemas;
    /** Null where the topic holds Avro. */
    private final ValueFormat.Json json;
    private final RowSlots row;
    private final Map<Integer, Reading> readings = new HashMap<>();
    private final boolean keepsValue;
    private final boolean keepsJson;
    /** The columns that say what a record was; not those with a default, which rows of before they were there have too. */
    private final int[] valueSlots;
    private final Layout layout;
    /** Reads the keys of tombstones; null where tombstones are not changes. */
    private final RowReader keys;
    private final int partitionSlot;
    private final int offsetSlot;
    private final int timestampSlot;
    private final int keySlot;
    private final int headersSlot;
    private final int errorSlot;
    private final int valueSlot;
    private final int jsonSlot;
    private final int changeSlot;
    private int lastId = -1;
    private Reading last;

    RecordRows(TableSpec spec, TableColumns table, WriterSchemas schemas) {
        this.spec = spec;
        this.table = table;
        this.schemas = schemas;
        json = spec.values() instanceof ValueFormat.Json j ? j : null;
        row = new RowSlots(table.slots);
        keepsValue = spec.layout() == Layout.BRONZE_RAW;
        keepsJson = json != null && spec.layout() == Layout.BRONZE_VARIANT;
        layout = spec.layout();
        keys = layout.isKeyed() ? keys(spec, table) : null;
        partitionSlot = table.slot(OriginColumn.TOPIC_PARTITION);
        offsetSlot = table.slot(OriginColumn.OFFSET);
        timestampSlot = table.slot(OriginColumn.TIMESTAMP);
        keySlot = table.slot(OriginColumn.KEY);
        headersSlot = table.slot(OriginColumn.HEADERS);
        errorSlot = table.slot(OriginColumn.ERROR);
        valueSlot = table.slot(OriginColumn.VALUE);
        jsonSlot = table.slot(OriginColumn.JSON);
        changeSlot = table.slot(OriginColumn.CHANGE);
        valueSlots = IntStream.range(0, table.columns).filter(slot -> Arrays.stream(OriginColumn.values())
                .noneMatch(column -> table.slot(column) == slot)
                && table.schema.columns().get(slot).initialDefault() == null).toArray();
    }

    /** Keys have no schema of their own: their columns are the model's, in the order of its key. */
    private static RowReader keys(TableSpec spec, TableColumns table) {
        FieldType.Struct key = keyType(spec, table.schema);
        return RowReader.ofKeys(AvroTypes.toSchema("key", key), key, table);
    }

    private static FieldType.Struct keyType(TableSpec spec, org.apache.iceberg.Schema table) {
        return new FieldType.Struct(spec.key().stream().map(name -> {
            FieldType promised = spec.columns().fields().get(spec.columns().indexOf(name)).type();
            // Wider than the table: it becomes so with the first row that is, and that comes before its delete.
            boolean narrower = promised instanceof FieldType.Int64
                    && table.findType(name).typeId() == Type.TypeID.INTEGER;
            return Field.required(name, narrower ? new FieldType.Int32() : promised);
        }).toList());
    }

    /** The row that {@link #read} filled last. */
    RowSlots row() {
        return row;
    }

    boolean isUnread() {
        return layout.isBronze() && !row.absent[errorSlot];
    }

    /** Fills the row; {@link Appended#WRITTEN} if it can be written now. */
    Appended read(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers) {
        row.clear();
        String error = null;
        if (layout.isKeyed() && key == null) {
            error = "it changes a row, and has no key";
        } else if (value == null) {
            error = switch (layout) {
                case BRONZE, BRONZE_RAW, BRONZE_VARIANT -> null;
                case ENGINE -> "a tombstone";
                case CHANGELOG, NEWEST -> decodeKey(key);
            };
        } else if (json == null && !ConfluentFrame.isFramed(value)) {
            error = "no zero byte and schema id at the start of the value";
        } else {
            switch (json == null ? reading(idOf(value)) : ofContract()) {
                case Reading.Rows rows -> error = decode(rows.reader(), value);
                case Reading.Json rows -> error = decode(rows.rows(), value);
                case Reading.NotNow notNow -> {
                    return notNow.answer();
                }
                case Reading.Unknown unknown -> error = unknown.error();
            }
        }
        if (error != null && !layout.isBronze()) {
            int id = value == null ? -1 : ConfluentFrame.schemaId(value).orElse(-1);
            return unreadable(id, partition, offset, error);
        }
        fillOrigin(partition, offset, timestamp, key, value, headers, error);
        return Appended.WRITTEN;
    }

    /** Fills the row with bytes and an error, whatever the value is. */
    void readNothing(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers,
            String error) {
        if (!layout.isBronze()) {
            throw new IllegalStateException(spec.qualifiedName() + " has no column for bytes");
        }
        row.clear();
        fillOrigin(partition, offset, timestamp, key, value, headers, error);
    }

    private static int idOf(byte[] framed) {
        return (framed[1] & 0xff) << 24 | (framed[2] & 0xff) << 16 | (framed[3] & 0xff) << 8 | framed[4] & 0xff;
    }

    private String decode(RowReader reader, byte[] value) {
        try {
            reader.read(value, ConfluentFrame.HEADER, value.length, row);
            row.reader = reader;
            return null;
        } catch (Malformed e) {
            row.clear();
            return e.getMessage();
        }
    }

    private String decodeKey(byte[] key) {
        try {
            keys.read(key, 0, key.length, row);
            row.reader = keys;
            return null;
        } catch (Malformed e) {
            return "in its key, " + e.getMessage();
        }
    }

    private String decode(JsonRows rows, byte[] value) {
        try {
            rows.read(value, row);
            return null;
        } catch (Malformed e) {
            row.clear();
            return e.getMessage();
        } catch (RuntimeException e) {
            row.clear();
            return "expected a JSON object of the contract, found " + e;
        }
    }

    private void fillOrigin(int partition, long offset, long timestamp, byte[] key, byte[] value, Headers headers,
            String error) {
        row.size = (key == null ? 0 : key.length) + (value == null ? 0 : value.length) + 32;
        if (layout == Layout.ENGINE || layout == Layout.NEWEST) {
            return;
        }
        row.setNumber(partitionSlot, partition);
        row.setNumber(offsetSlot, offset);
        if (layout == Layout.CHANGELOG) {
            byte[] change = (value == null ? KeyChange.DELETE : KeyChange.UPSERT).utf8();
            row.setBytes(changeSlot, change, 0, change.length);
            return;
        }
        row.setNumber(timestampSlot, timestamp * 1000);
        if (key != null) {
            row.setBytes(keySlot, key, 0, key.length);
        }
        if (headers != null && headers.iterator().hasNext()) {
            row.absent[headersSlot] = false;
            row.headers = headers;
        }
        if (error != null) {
            byte[] text = error.getBytes(StandardCharsets.UTF_8);
            row.setBytes(errorSlot, text, 0, text.length);
        }
        // What is no JSON, or says what a variant cannot, is kept as its bytes; and so is what would look like a tombstone.
        boolean keeps = keepsValue || error != null || isEmpty();
        if (keepsJson && jsonSlot >= 0 && value != null) {
            keeps |= !JsonVariant.read(value, row, jsonSlot);
        }
        if (value != null && keeps) {
            row.setBytes(valueSlot, value, 0, value.length);
        }
    }

    private boolean isEmpty() {
        for (int slot : valueSlots) {
            if (!row.absent[slot]) {
                return false;
            }
        }
        return true;
    }

    private Appended unreadable(int schemaId, int partition, long offset, String found) {
        return new Appended.Refused(schemaId, List.of(Problem.of(SinkProblem.RECORD_UNREADABLE, spec.qualifiedName(),
                "The record at " + spec.topic() + "-" + partition + " offset " + offset + " cannot be decoded: " + found
                        + ".")
                .withRemedy(SinkProblem.RECORD_UNREADABLE.remedy())));
    }

    private Reading reading(int id) {
        if (id != lastId || last == null) {
            Reading known = readings.get(id);
            if (known == null) {
                known = decide(id);
                readings.put(id, known);
            }
            last = known;
            lastId = id;
        }
        return last;
    }

    private Reading decide(int id) {
        Schema schema;
        try {
            schema = schemas.byId(id);
        } catch (UnknownSchemaException e) {
            return new Reading.Unknown("the registry has no schema " + id);
        }
        WriterColumns columns;
        try {
            columns = WriterColumns.of(schema, spec.formerNames());
        } catch (ProblemException e) {
            return new Reading.NotNow(new Appended.Refused(id, e.problems()));
        }
        return decide(id, columns, () -> new Reading.Rows(RowReader.ofRows(schema, columns.row(), table)));
    }

    /** All records of a JSON topic are read by the contract. */
    private Reading ofContract() {
        if (last == null) {
            last = decide(json.schemaId(), WriterColumns.of(json.rowType()),
                    () -> new Reading.Json(JsonRows.of(json, table)));
        }
        return last;
    }

    private Reading decide(int id, WriterColumns columns, Supplier<Reading> reading) {
        return switch (TableSchemas.fit(spec, table.schema, columns)) {
            case TableEvolution.Same same -> reading.get();
            case TableEvolution.Evolve evolve -> new Reading.NotNow(new Appended.NeedsSchema(id, evolve));
            case TableEvolution.Incompatible bad -> new Reading.NotNow(new Appended.Refused(id, bad.problems()));
        };
    }

    /** What a table must have for its layout; empty if it has. */
    static List<Problem> missing(TableSpec spec, TableColumns table) {
        Optional<Problem> otherwise = TableSchemas.otherwiseKept(spec, table.schema);
        if (otherwise.isPresent()) {
            return List.of(otherwise.get());
        }
        if (spec.layout().isKeyed()
                && TableSchemas.fit(spec, table.schema,
                        keyType(spec, table.schema)) instanceof TableEvolution.Incompatible bad) {
            return bad.problems();
        }
        List<String> names = new ArrayList<>();
        for (OriginColumn column : OriginColumn.values()) {
            // The column for JSON may come later, as one of the contract's may.
            if (column.isIn(spec.layout()) && column != OriginColumn.JSON && table.slot(column) < 0) {
                names.add(column.columnName());
            }
        }
        return names.isEmpty()
                ? List.of()
                : List.of(Problem.of(SinkProblem.TABLE_FORMAT, spec.qualifiedName(),
                        "The table has no column " + String.join(", ", names)
                                + ", which say where a row comes from.")
                        .withRemedy(SinkProblem.TABLE_FORMAT.remedy()));
    }
}
