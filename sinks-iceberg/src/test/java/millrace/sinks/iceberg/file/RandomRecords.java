package millrace.sinks.iceberg.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Random Avro schemas with values, and what Iceberg must hold for them, worked out through objects. */
public final class RandomRecords {
    private final Random random;
    private int names;

    public RandomRecords(Random random) {
        this.random = random;
    }

    public Schema record(int depth) {
        Schema record = Schema.createRecord("R" + names++, null, "t", false);
        List<Schema.Field> fields = new ArrayList<>();
        int count = 1 + random.nextInt(depth == 0 ? 12 : 4);
        for (int i = 0; i < count; i++) {
            fields.add(new Schema.Field("f" + i, maybeNull(type(depth))));
        }
        record.setFields(fields);
        return record;
    }

    /** An earlier version of a schema: fewer columns, narrower numbers, nothing null. Its rows fit the same table. */
    public Schema earlier(Schema record) {
        Schema earlier = Schema.createRecord(record.getName(), null, "earlier", false);
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : record.getFields()) {
            // Whoever lacks a required nested column would have to change the table, which is another test.
            boolean mayMiss = field.schema().isNullable() || record.getNamespace().equals("top");
            if (!mayMiss || random.nextInt(4) > 0) {
                fields.add(new Schema.Field(field.name(), narrower(field.schema())));
            }
        }
        earlier.setFields(fields);
        return earlier;
    }

    private Schema narrower(Schema schema) {
        return switch (schema.getType()) {
            case UNION -> {
                Schema of = narrower(
                        schema.getTypes().get(schema.getTypes().get(0).getType() == Schema.Type.NULL ? 1 : 0));
                yield random.nextBoolean() ? of : Schema.createUnion(of, Schema.create(Schema.Type.NULL));
            }
            case RECORD -> earlier(schema);
            case ARRAY -> Schema.createArray(narrower(schema.getElementType()));
            case MAP -> Schema.createMap(narrower(schema.getValueType()));
            case LONG -> schema.getLogicalType() == null ? Schema.create(Schema.Type.INT) : schema;
            case DOUBLE -> Schema.create(Schema.Type.FLOAT);
            default -> schema;
        };
    }

    private Schema maybeNull(Schema schema) {
        Schema none = Schema.create(Schema.Type.NULL);
        return switch (random.nextInt(5)) {
            case 0, 1 -> Schema.createUnion(none, schema);
            case 2 -> Schema.createUnion(schema, none);
            default -> schema;
        };
    }

    private Schema type(int depth) {
        if (depth < 3 && random.nextInt(4) == 0) {
            return switch (random.nextInt(3)) {
                case 0 -> record(depth + 1);
                case 1 -> Schema.createArray(maybeNull(type(depth + 1)));
                default -> Schema.createMap(maybeNull(type(depth + 1)));
            };
        }
        return switch (random.nextInt(21)) {
            case 0 -> Schema.create(Schema.Type.BOOLEAN);
            case 1, 2 -> Schema.create(Schema.Type.INT);
            case 3, 4 -> Schema.create(Schema.Type.LONG);
            case 5 -> Schema.create(Schema.Type.FLOAT);
            case 6 -> Schema.create(Schema.Type.DOUBLE);
            case 7, 8 -> Schema.create(Schema.Type.STRING);
            case 9 -> Schema.create(Schema.Type.BYTES);
            case 10 -> Schema.createFixed("F" + names++, null, "t", 1 + random.nextInt(20));
            case 11 -> Schema.createEnum("E" + names++, null, "t", List.of("A", "BB", "CCC"));
            case 12 -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
            case 13 -> LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT));
            case 14 -> LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
            case 15 -> LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
            case 16 -> LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
            case 17 -> random.nextBoolean()
                    ? LogicalTypes.localTimestampMillis().addToSchema(Schema.create(Schema.Type.LONG))
                    : LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
            case 18 -> {
                int precision = 1 + random.nextInt(38);
                yield LogicalTypes.decimal(precision, random.nextInt(precision + 1))
                        .addToSchema(Schema.create(Schema.Type.BYTES));
            }
            case 19 -> {
                int precision = 1 + random.nextInt(38);
                yield LogicalTypes.decimal(precision, random.nextInt(precision + 1))
                        .addToSchema(Schema.createFixed("D" + names++, null, "t", 17 + random.nextInt(4)));
            }
            default -> LogicalTypes.uuid().addToSchema(Schema.create(Schema.Type.STRING));
        };
    }

    /** A value as Avro's generic writer takes it. */
    public Object value(Schema schema) {
        String logical = schema.getLogicalType() == null ? "" : schema.getLogicalType().getName();
        return switch (schema.getType()) {
            case UNION -> {
                int nullBranch = schema.getTypes().get(0).getType() == Schema.Type.NULL ? 0 : 1;
                yield random.nextInt(3) == 0 ? null : value(schema.getTypes().get(1 - nullBranch));
            }
            case RECORD -> {
                GenericData.Record record = new GenericData.Record(schema);
                schema.getFields().forEach(f -> record.put(f.pos(), value(f.schema())));
                yield record;
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(schema.getElementType()));
                }
                yield list;
            }
            case MAP -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put("k" + i, value(schema.getValueType()));
                }
                yield map;
            }
            case BOOLEAN -> random.nextBoolean();
            case INT -> switch (logical) {
                case "date" -> random.nextInt(40_000) - 10_000;
                case "time-millis" -> random.nextInt(86_400_000);
                default -> random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(50);
            };
            case LONG -> switch (logical) {
                case "time-micros" -> (long) (random.nextDouble() * 86_400_000_000L);
                case "" -> random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(50);
                default -> (random.nextLong() >> 20) / (logical.endsWith("millis") ? 1000 : 1);
            };
            case FLOAT -> random.nextInt(20) == 0
                    ? Float.NaN
                    : random.nextInt(10) == 0
                            ? -0.0f
                            : (float) random.nextGaussian();
            case DOUBLE -> random.nextInt(20) == 0
                    ? Double.NaN
                    : random.nextInt(3) == 0
                            ? 0.0
                            : random.nextGaussian() * 1e9;
            case STRING -> logical.equals("uuid")
                    ? new UUID(random.nextLong(), random.nextLong()).toString()
                    : text();
            case ENUM -> new GenericData.EnumSymbol(schema,
                    schema.getEnumSymbols().get(random.nextInt(schema.getEnumSymbols().size())));
            case BYTES -> logical.equals("decimal")
                    ? ByteBuffer.wrap(padded(unscaled(schema).toByteArray(), 0))
                    : ByteBuffer.wrap(bytes(random.nextInt(20)));
            case FIXED -> new GenericData.Fixed(schema, logical.equals("decimal")
                    ? padded(unscaled(schema).toByteArray(), schema.getFixedSize())
                    : bytes(schema.getFixedSize()));
            case NULL -> null;
        };
    }

    private BigInteger unscaled(Schema schema) {
        int precision = ((LogicalTypes.Decimal) schema.getLogicalType()).getPrecision();
        BigInteger most = BigInteger.TEN.pow(precision);
        BigInteger value = new BigInteger(random.nextInt(most.bitLength() + 1), random).mod(most);
        return random.nextInt(10) == 0 ? most.subtract(BigInteger.ONE) : random.nextBoolean() ? value.negate() : value;
    }

    /** The same number in more bytes, as writers of fixed decimals send it. */
    private byte[] padded(byte[] number, int size) {
        byte[] out = new byte[Math.max(number.length, size == 0 ? number.length + random.nextInt(3) : size)];
        Arrays.fill(out, number[0] < 0 ? (byte) -1 : 0);
        System.arraycopy(number, 0, out, out.length - number.length, number.length);
        return out;
    }

    private String text() {
        return switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> "word" + random.nextInt(20);
            case 2 -> "\u00e9\u4e2d\ud83d\ude00".repeat(random.nextInt(5));
            case 3 -> "x".repeat(random.nextInt(60)) + random.nextInt();
            default -> "common";
        };
    }

    private byte[] bytes(int length) {
        byte[] out = new byte[length];
        random.nextBytes(out);
        return out;
    }

    /** Framed Avro binary. */
    public static byte[] encode(int id, Schema schema, Object record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        BinaryEncoder encoder = id % 2 == 0
                ? EncoderFactory.get().directBinaryEncoder(out, null)
                : EncoderFactory.get().blockingBinaryEncoder(out, null);
        try {
            new GenericDatumWriter<>(schema).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** What Iceberg's readers must give for an Avro value in a column of this type. */
    static Object expected(Object value, Schema schema, Type type) {
        if (value == null) {
            return null;
        }
        if (schema.getType() == Schema.Type.UNION) {
            Schema of = schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).findFirst()
                    .orElseThrow();
            return expected(value, of, type);
        }
        boolean millis = schema.getLogicalType() != null && schema.getLogicalType().getName().endsWith("millis");
        return switch (type.typeId()) {
            case STRUCT -> {
                GenericRecord record = GenericRecord.create(type.asStructType());
                GenericData.Record from = (GenericData.Record) value;
                for (Schema.Field field : schema.getFields()) {
                    NestedField column = type.asStructType().field(field.name());
                    record.setField(field.name(), expected(from.get(field.pos()), field.schema(), column.type()));
                }
                yield record;
            }
            case LIST -> {
                List<Object> list = new ArrayList<>();
                ((List<?>) value).forEach(
                        e -> list.add(expected(e, schema.getElementType(), type.asListType().elementType())));
                yield list;
            }
            case MAP -> {
                Map<Object, Object> map = new HashMap<>();
                ((Map<?, ?>) value).forEach((k, v) -> map.put(k.toString(),
                        expected(v, schema.getValueType(), type.asMapType().valueType())));
                yield map;
            }
            case LONG -> ((Number) value).longValue();
            case DOUBLE -> ((Number) value).doubleValue();
            case DATE -> LocalDate.ofEpochDay((Integer) value);
            case TIME -> LocalTime.ofNanoOfDay(((Number) value).longValue() * (millis ? 1_000_000 : 1000));
            case TIMESTAMP -> {
                long micros = (Long) value * (millis ? 1000 : 1);
                LocalDateTime at = LocalDateTime.ofEpochSecond(Math.floorDiv(micros, 1_000_000),
                        Math.floorMod(micros, 1_000_000) * 1000, ZoneOffset.UTC);
                yield ((Types.TimestampType) type).shouldAdjustToUTC() ? OffsetDateTime.of(at, ZoneOffset.UTC) : at;
            }
            case STRING -> value.toString();
            case UUID -> UUID.fromString(value.toString());
            case DECIMAL -> new BigDecimal(new BigInteger(raw(value)), ((Types.DecimalType) type).scale());
            case BINARY -> ByteBuffer.wrap(raw(value));
            default -> value;
        };
    }

    private static byte[] raw(Object value) {
        if (value instanceof GenericData.Fixed fixed) {
            return fixed.bytes();
        }
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] out = new byte[buffer.remaining()];
        buffer.get(out);
        return out;
    }
}
