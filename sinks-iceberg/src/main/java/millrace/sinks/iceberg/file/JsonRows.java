package millrace.sinks.iceberg.file;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;
import millrace.schemas.wire.JsonRowDecoder;
import millrace.schemas.wire.Malformed;
import millrace.sinks.iceberg.table.ValueFormat;
import org.apache.avro.Schema;

/**
 * Reads JSON objects into the slots of one table. A record is put into Avro binary first, so that there is one way from a
 * record to columns, whatever the record was written in.
 */
final class JsonRows {
    private static final String NAME = "Row";

    private final JsonRowDecoder decoder;
    private final AvroRowEncoder encoder;
    private final RowReader reader;

    private JsonRows(JsonRowDecoder decoder, AvroRowEncoder encoder, RowReader reader) {
        this.decoder = decoder;
        this.encoder = encoder;
        this.reader = reader;
    }

    /** @throws IllegalStateException if the columns do not fit the table, which is decided before */
    static JsonRows of(ValueFormat.Json json, TableColumns table) {
        BitSet all = new BitSet();
        all.set(0, json.columns().size());
        FieldType.Struct between = between(json.rowType());
        Schema schema = AvroTypes.toSchema(NAME, between);
        return new JsonRows(JsonRowDecoder.of(json.columns(), all), AvroRowEncoder.of(schema, between, 0),
                RowReader.ofRows(schema, json.rowType(), table));
    }

    /** The whole record, verified; a {@link RuntimeException} is a record that nobody has thought of. */
    void read(byte[] value, RowSlots row) throws Malformed {
        byte[] avro = encoder.encode(decoder.decode(value, 0, value.length));
        reader.read(avro, ConfluentFrame.HEADER, avro.length, row);
        row.reader = reader;
    }

    /** The same type under names that Avro allows, since JSON's may be any, and in microseconds, which lose nothing. */
    private static FieldType.Struct between(FieldType.Struct row) {
        List<Field> fields = new ArrayList<>();
        for (Field field : row.fields()) {
            fields.add(new Field("f" + fields.size(), between(field.type()), field.nullable()));
        }
        return new FieldType.Struct(fields);
    }

    private static FieldType between(FieldType type) {
        return switch (type) {
            case FieldType.Struct s -> between(s);
            case FieldType.Array a -> new FieldType.Array(between(a.element()), a.elementNullable());
            case FieldType.Mapping m -> new FieldType.Mapping(between(m.value()), m.valueNullable());
            case FieldType.Time t -> new FieldType.Time(FieldType.TimeUnit.MICROS);
            case FieldType.Timestamp t -> new FieldType.Timestamp(FieldType.TimeUnit.MICROS, t.zoned());
            default -> type;
        };
    }
}
