package millrace.sinks.iceberg.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.table.ContractToIceberg;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The columns of a bronze table that a contract reads: what a record was, as far as the contract can tell. Pure.
 *
 * @param fields of the table, in the order of {@code row}
 * @param row their types in the engine's terms; each may be null, since a record that cannot be decoded is a row too
 */
record KeptColumns(List<NestedField> fields, FieldType.Struct row) {
    KeptColumns {
        fields = List.copyOf(fields);
    }

    static KeptColumns of(Schema table, Contract contract) {
        List<NestedField> fields = new ArrayList<>();
        for (NestedField field : table.columns()) {
            if (!isOrigin(field) && contract.columns().stream().anyMatch(c -> names(c, field))) {
                fields.add(field);
            }
        }
        return new KeptColumns(fields,
                new FieldType.Struct(fields.stream().map(f -> new Field(f.name(), type(f.type()), true)).toList()));
    }

    private static boolean isOrigin(NestedField field) {
        return OriginColumn.named(field.name(), Layout.BRONZE_VARIANT).isPresent();
    }

    private static boolean names(Column column, NestedField field) {
        return column.name().equals(field.name()) || column.aliases().contains(field.name());
    }

    /**
     * Why records that were kept without their bytes cannot be given back so that a contract makes the same of them.
     *
     * @param writers schemas that the topic's records may have, if it holds Avro
     */
    List<Problem> problems(Contract contract, List<org.apache.avro.Schema> writers) {
        List<Problem> problems = new ArrayList<>();
        for (Column column : contract.columns()) {
            Optional<NestedField> field = fields.stream().filter(f -> names(column, f)).findFirst();
            String name = "bronze." + contract.name();
            if (field.isEmpty() && contract.format() == Contract.WireFormat.JSON) {
                problems.add(unlike(column, name + " has no column " + column.name()
                        + ", so it is not known whether records had that member."));
            } else if (field.isPresent() && contract.format() == Contract.WireFormat.AVRO
                    && column.defaultValue().isPresent() && !writers.stream().allMatch(w -> knows(w, column))
                    && !ContractToIceberg.isDefault(field.get(), column.defaultValue().get())) {
                problems.add(unlike(column, column.name() + " has a default that " + name
                        + " does not know of, so it does not tell records without a value from those with null."));
            }
        }
        if (problems.isEmpty() && contract.format() == Contract.WireFormat.AVRO) {
            try {
                BitSet all = new BitSet();
                all.set(0, contract.columns().size());
                AvroRowDecoder.of(AvroTypes.toSchema(contract.recordName(), row), contract.columns(), all);
            } catch (ProblemException e) {
                e.problems().forEach(p -> problems.add(Problem.at(SinkProblem.HISTORY_UNLIKE, contract.place(),
                        "Its bronze table keeps records as contract " + contract.name() + " cannot read them: "
                                + p.message())
                        .withRemedy(SinkProblem.HISTORY_UNLIKE.remedy())));
            }
        }
        return problems;
    }

    private static boolean knows(org.apache.avro.Schema writer, Column column) {
        return writer.getType() == org.apache.avro.Schema.Type.RECORD && (writer.getField(column.name()) != null
                || column.aliases().stream().anyMatch(alias -> writer.getField(alias) != null));
    }

    private static Problem unlike(Column column, String message) {
        return Problem.at(SinkProblem.HISTORY_UNLIKE, column.place(), message)
                .withRemedy(SinkProblem.HISTORY_UNLIKE.remedy());
    }

    private static FieldType type(Type type) {
        return switch (type) {
            case Types.StructType s -> new FieldType.Struct(s.fields().stream()
                    .map(f -> new Field(f.name(), type(f.type()), f.isOptional())).toList());
            case Types.ListType l -> new FieldType.Array(type(l.elementType()), l.isElementOptional());
            case Types.MapType m -> new FieldType.Mapping(type(m.valueType()), m.isValueOptional());
            case Types.DecimalType d -> new FieldType.Decimal(d.precision(), d.scale());
            case Types.TimestampType t -> new FieldType.Timestamp(FieldType.TimeUnit.MICROS, t.shouldAdjustToUTC());
            default -> switch (type.typeId()) {
                case BOOLEAN -> new FieldType.Bool();
                case INTEGER -> new FieldType.Int32();
                case LONG -> new FieldType.Int64();
                case FLOAT -> new FieldType.Float32();
                case DOUBLE -> new FieldType.Float64();
                case DATE -> new FieldType.Date();
                case TIME -> new FieldType.Time(FieldType.TimeUnit.MICROS);
                case STRING -> new FieldType.Text();
                case UUID -> new FieldType.Uuid();
                case BINARY, FIXED -> new FieldType.Bytes();
                default -> throw new IllegalArgumentException("a bronze table has no column of type " + type);
            };
        };
    }
}
