package millrace.schemas.wire;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.Expectation;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.SchemaParseException;

/** Row types as Avro schemas and back. */
public final class AvroTypes {
    private AvroTypes() {}

    /**
     * The schema of a row type; a nullable field is a union with null first and default null.
     *
     * @param fullName any text, such as {@code web.silver.clicks}; its last part names the record, what stands before is
     *        the namespace, and characters that Avro does not allow become underscores
     * @throws ProblemException if a field's name is not an Avro name
     */
    public static Schema toSchema(String fullName, FieldType.Struct row) {
        return record(List.of(recordName(fullName)), "", row.fields().stream().map(Column::of).toList());
    }

    /**
     * The schema of a contract, with its descriptions and defaults. A nullable column whose default is a value is a
     * union with null second.
     *
     * @throws ProblemException if a column's name is not an Avro name
     */
    public static Schema toSchema(Contract contract) {
        return record(List.of(recordName(contract.recordName())), contract.description(), contract.columns());
    }

    /** A schema as that of a record's only field: what is written by the one is read by the other. */
    public static Schema inRecord(String field, Schema schema) {
        return schema.getType() == Schema.Type.RECORD
                ? schema
                : Schema.createRecord("millrace.Key", null, null, false, List.of(new Schema.Field(field, schema)));
    }

    /** The schema of a contract as text for people, over several lines. */
    public static String text(Contract contract) {
        return SchemaFormatter.format("json/pretty", toSchema(contract));
    }

    /** A text as the full name of an Avro record. */
    public static String recordName(String text) {
        StringBuilder name = new StringBuilder();
        for (String part : text.split("\\.")) {
            if (part.isEmpty()) {
                continue;
            }
            name.append(name.length() == 0 ? "" : ".").append(Character.isDigit(part.charAt(0)) ? "_" : "")
                    .append(part.replaceAll("[^A-Za-z0-9_]", "_"));
        }
        return name.length() == 0 ? "_" : name.toString();
    }

    /** @param names the record's own first, then those it had while it, or what it is in, was called otherwise */
    private static Schema record(List<String> names, String doc, List<Column> columns) {
        String fullName = names.get(0);
        List<Schema.Field> fields = new ArrayList<>();
        for (Column c : columns) {
            try {
                fields.add(field(names, c));
            } catch (SchemaParseException e) {
                throw new ProblemException(new Problem(WireProblem.AVRO_BAD_NAME,
                        Optional.of(c.place()).filter(p -> !p.file().isEmpty()), fullName,
                        "\"" + c.name() + "\" cannot be the name of an Avro field.",
                        "Use letters, digits and underscores, not starting with a digit."));
            }
        }
        Schema schema = Schema.createRecord(fullName, doc.isEmpty() ? null : doc, null, false);
        schema.setFields(fields);
        names.stream().skip(1).forEach(schema::addAlias);
        return schema;
    }

    private static Schema.Field field(List<String> outer, Column c) {
        List<String> names = Stream.concat(Stream.of(c.name()), c.aliases().stream())
                .flatMap(n -> outer.stream().map(o -> o + "_" + n)).toList();
        Schema type = value(names, c);
        Object defaultValue = c.defaultValue().map(v -> AvroDefaults.toAvro(c.field().type(), v)).orElse(null);
        if (c.field().nullable()) {
            type = defaultValue == null
                    ? Schema.createUnion(Schema.create(Schema.Type.NULL), type)
                    : Schema.createUnion(type, Schema.create(Schema.Type.NULL));
            if (defaultValue == null) {
                defaultValue = Schema.Field.NULL_DEFAULT_VALUE;
            }
        }
        Schema.Field field = new Schema.Field(c.name(), type, c.description().isEmpty() ? null : c.description(),
                defaultValue);
        c.aliases().forEach(field::addAlias);
        return field;
    }

    private static Schema value(List<String> names, Column c) {
        FieldType type = c.field().type();
        List<Column> inside = c.inside();
        if (type instanceof FieldType.Struct) {
            return record(names, c.description(), inside);
        } else if (type instanceof FieldType.Array) {
            return Schema.createArray(element(names, inside.get(0)));
        } else if (type instanceof FieldType.Mapping) {
            return Schema.createMap(element(names, inside.get(0)));
        }
        return plain(type);
    }

    private static Schema element(List<String> names, Column c) {
        Schema type = value(names, c);
        return c.field().nullable() ? Schema.createUnion(Schema.create(Schema.Type.NULL), type) : type;
    }

    private static Schema plain(FieldType type) {
        if (type instanceof FieldType.Bool) {
            return Schema.create(Schema.Type.BOOLEAN);
        } else if (type instanceof FieldType.Int32) {
            return Schema.create(Schema.Type.INT);
        } else if (type instanceof FieldType.Int64) {
            return Schema.create(Schema.Type.LONG);
        } else if (type instanceof FieldType.Float32) {
            return Schema.create(Schema.Type.FLOAT);
        } else if (type instanceof FieldType.Float64) {
            return Schema.create(Schema.Type.DOUBLE);
        } else if (type instanceof FieldType.Text) {
            return Schema.create(Schema.Type.STRING);
        } else if (type instanceof FieldType.Bytes) {
            return Schema.create(Schema.Type.BYTES);
        } else if (type instanceof FieldType.Decimal d) {
            return LogicalTypes.decimal(d.precision(), d.scale()).addToSchema(Schema.create(Schema.Type.BYTES));
        } else if (type instanceof FieldType.Uuid) {
            return LogicalTypes.uuid().addToSchema(Schema.create(Schema.Type.STRING));
        } else if (type instanceof FieldType.Date) {
            return LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
        } else if (type instanceof FieldType.Time t) {
            return t.unit() == FieldType.TimeUnit.MILLIS
                    ? LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT))
                    : LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
        }
        FieldType.Timestamp ts = (FieldType.Timestamp) type;
        boolean millis = ts.unit() == FieldType.TimeUnit.MILLIS;
        LogicalType logical = ts.zoned()
                ? millis ? LogicalTypes.timestampMillis() : LogicalTypes.timestampMicros()
                : millis ? LogicalTypes.localTimestampMillis() : LogicalTypes.localTimestampMicros();
        return logical.addToSchema(Schema.create(Schema.Type.LONG));
    }

    /**
     * The row type that carries the records of any producer's schema: enums are text, fixed values are bytes, and a
     * logical type that rows do not know is read as the type beneath it, as Avro's specification asks.
     *
     * @throws ProblemException with one {@link WireProblem#AVRO_UNSUPPORTED_TYPE} per field that rows cannot carry
     */
    public static FieldType.Struct fromSchema(Schema schema) {
        return new FieldType.Struct(columnsOf(schema).stream().map(Column::field).toList());
    }

    /** The same as columns, with what the schema says of them beside their type: doc, default, aliases, enum symbols. */
    public static List<Column> columnsOf(Schema schema) {
        requireRecord(schema);
        ForeignSchema foreign = new ForeignSchema(schema.getFullName());
        List<Column> columns = foreign.columns(schema, "", new HashSet<>());
        if (!foreign.problems().isEmpty()) {
            throw new ProblemException(foreign.problems());
        }
        return columns;
    }

    static void requireRecord(Schema schema) {
        if (schema.getType() != Schema.Type.RECORD) {
            throw new ProblemException(Problem.of(WireProblem.AVRO_UNSUPPORTED_TYPE, schema.getFullName(),
                    "Expected a record schema, found " + schema.getType().getName() + "."));
        }
    }

    /** A type as messages name it. */
    public static String describe(FieldType type) {
        if (type instanceof FieldType.Decimal d) {
            return "decimal(" + d.precision() + "," + d.scale() + ")";
        } else if (type instanceof FieldType.Struct) {
            return "record";
        } else if (type instanceof FieldType.Array a) {
            return "array of " + describe(a.element());
        } else if (type instanceof FieldType.Mapping m) {
            return "map of " + describe(m.value());
        }
        Schema schema = plain(type);
        return schema.getLogicalType() == null ? schema.getType().getName() : schema.getLogicalType().getName();
    }

    /** A walk over a schema that others wrote. */
    private static final class ForeignSchema {
        private final String subject;
        private final List<Problem> problems = new ArrayList<>();

        ForeignSchema(String subject) {
            this.subject = subject;
        }

        List<Problem> problems() {
            return problems;
        }

        List<Column> columns(Schema record, String path, Set<String> open) {
            if (!open.add(record.getFullName())) {
                unsupported(path.substring(0, path.length() - 1),
                        "the record " + record.getFullName() + " inside itself");
                return List.of();
            }
            List<Column> out = new ArrayList<>();
            for (Schema.Field f : record.getFields()) {
                Column c = column(f.name(), f.schema(), path + f.name(), open);
                Optional<Object> defaultValue = f.hasDefaultValue()
                        ? AvroDefaults.fromAvro(c.field().type(), f.defaultVal())
                        : Optional.empty();
                out.add(new Column(c.field(), f.doc() == null ? "" : f.doc(), false, c.expectations(),
                        List.copyOf(f.aliases()), defaultValue, false, Optional.empty(), false, c.nested(),
                        Place.file("")));
            }
            open.remove(record.getFullName());
            return out;
        }

        private Column column(String name, Schema schema, String path, Set<String> open) {
            boolean nullable = false;
            Schema type = schema;
            if (schema.getType() == Schema.Type.UNION) {
                List<Schema> others = schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
                nullable = others.size() < schema.getTypes().size();
                if (others.size() != 1) {
                    unsupported(path, "a union of " + others.size() + " types");
                    return Column.of(new Field(name, new FieldType.Text(), nullable));
                }
                type = others.get(0);
            }
            List<Column> nested = List.of();
            FieldType fieldType;
            switch (type.getType()) {
                case RECORD -> {
                    nested = columns(type, path + ".", open);
                    fieldType = new FieldType.Struct(nested.stream().map(Column::field).toList());
                }
                case ARRAY -> {
                    nested = List.of(column("element", type.getElementType(), path + "[]", open));
                    Field element = nested.get(0).field();
                    fieldType = new FieldType.Array(element.type(), element.nullable());
                }
                case MAP -> {
                    nested = List.of(column("value", type.getValueType(), path + "[]", open));
                    Field value = nested.get(0).field();
                    fieldType = new FieldType.Mapping(value.type(), value.nullable());
                }
                default -> fieldType = plainType(type, path);
            }
            Column c = Column.of(new Field(name, fieldType, nullable));
            List<Expectation> expectations = type.getType() == Schema.Type.ENUM
                    ? List.of(new Expectation.OneOf(type.getEnumSymbols()))
                    : List.of();
            return new Column(c.field(), "", false, expectations, List.of(), Optional.empty(), false, Optional.empty(),
                    false, nested, Place.file(""));
        }

        private FieldType plainType(Schema type, String path) {
            LogicalType logical = type.getLogicalType();
            String name = logical == null ? "" : logical.getName();
            return switch (type.getType()) {
                case BOOLEAN -> new FieldType.Bool();
                case INT -> name.equals("date")
                        ? new FieldType.Date()
                        : name.equals("time-millis")
                                ? new FieldType.Time(FieldType.TimeUnit.MILLIS)
                                : new FieldType.Int32();
                case LONG -> switch (name) {
                    case "time-micros" -> new FieldType.Time(FieldType.TimeUnit.MICROS);
                    case "timestamp-millis" -> new FieldType.Timestamp(FieldType.TimeUnit.MILLIS, true);
                    case "timestamp-micros" -> new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true);
                    case "local-timestamp-millis" -> new FieldType.Timestamp(FieldType.TimeUnit.MILLIS, false);
                    case "local-timestamp-micros" -> new FieldType.Timestamp(FieldType.TimeUnit.MICROS, false);
                    default -> new FieldType.Int64();
                };
                case FLOAT -> new FieldType.Float32();
                case DOUBLE -> new FieldType.Float64();
                case STRING -> name.equals("uuid") ? new FieldType.Uuid() : new FieldType.Text();
                case ENUM -> new FieldType.Text();
                case BYTES, FIXED -> bytes(type, logical, path);
                default -> {
                    unsupported(path, "the type " + type.getType().getName() + " alone");
                    yield new FieldType.Text();
                }
            };
        }

        private FieldType bytes(Schema type, LogicalType logical, String path) {
            if (logical instanceof LogicalTypes.Decimal d) {
                if (d.getPrecision() > 38 || d.getScale() > d.getPrecision()) {
                    unsupported(path, "decimal(" + d.getPrecision() + "," + d.getScale() + ")");
                    return new FieldType.Bytes();
                }
                return new FieldType.Decimal(d.getPrecision(), d.getScale());
            }
            return logical != null && logical.getName().equals("uuid") && type.getType() == Schema.Type.FIXED
                    ? new FieldType.Uuid()
                    : new FieldType.Bytes();
        }

        private void unsupported(String path, String found) {
            problems.add(Problem.of(WireProblem.AVRO_UNSUPPORTED_TYPE, subject,
                    "The field \"" + path + "\" is " + found + ", which a row cannot carry."));
        }
    }
}
