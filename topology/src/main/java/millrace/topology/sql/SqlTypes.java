package millrace.topology.sql;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rel.type.RelDataTypeSystemImpl;
import org.apache.calcite.rel.type.StructKind;
import org.apache.calcite.sql.type.SqlTypeName;

/** Our types as Calcite's and back. */
final class SqlTypes {
    private SqlTypes() {}

    static RelDataTypeFactory factory() {
        return new JavaTypeFactoryImpl(new TypeSystem()) {
            @Override
            public Charset getDefaultCharset() {
                return StandardCharsets.UTF_8;
            }
        };
    }

    /** Decimals up to 38 digits that keep what stands before the point, times to the microsecond, no blank padding. */
    private static final class TypeSystem extends RelDataTypeSystemImpl {
        private static final int DIGITS = 38;
        private static final int LEAST_SCALE = 6;

        @Override
        public int getMaxPrecision(SqlTypeName type) {
            return switch (type) {
                case DECIMAL -> DIGITS;
                case TIME, TIME_WITH_LOCAL_TIME_ZONE, TIME_TZ, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE,
                        TIMESTAMP_TZ ->
                    6;
                case VARCHAR, VARBINARY -> Integer.MAX_VALUE;
                default -> super.getMaxPrecision(type);
            };
        }

        @Override
        public int getDefaultPrecision(SqlTypeName type) {
            return switch (type) {
                case DECIMAL -> DIGITS;
                case TIME, TIME_WITH_LOCAL_TIME_ZONE, TIME_TZ, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE,
                        TIMESTAMP_TZ ->
                    6;
                default -> super.getDefaultPrecision(type);
            };
        }

        @Override
        public int getMaxScale(SqlTypeName type) {
            return type == SqlTypeName.DECIMAL ? DIGITS : super.getMaxScale(type);
        }

        @Override
        public RelDataType deriveSumType(RelDataTypeFactory f, RelDataType argument) {
            SqlTypeName sum = switch (argument.getSqlTypeName()) {
                case TINYINT, SMALLINT, INTEGER, BIGINT -> SqlTypeName.BIGINT;
                case REAL, FLOAT, DOUBLE -> SqlTypeName.DOUBLE;
                default -> null;
            };
            RelDataType type = sum != null
                    ? f.createSqlType(sum)
                    : argument.getSqlTypeName() == SqlTypeName.DECIMAL
                            ? f.createSqlType(SqlTypeName.DECIMAL, DIGITS, argument.getScale())
                            : argument;
            return f.createTypeWithNullability(type, argument.isNullable());
        }

        /** Of whole numbers it is one, as in Flink: cut off toward zero. */
        @Override
        public RelDataType deriveAvgAggType(RelDataTypeFactory f, RelDataType argument) {
            return argument.getSqlTypeName() == SqlTypeName.DECIMAL
                    ? f.createTypeWithNullability(f.createSqlType(SqlTypeName.DECIMAL, DIGITS,
                            Math.max(argument.getScale(), LEAST_SCALE)), argument.isNullable())
                    : deriveSumType(f, argument);
        }

        @Override
        public boolean shouldConvertRaggedUnionTypesToVarying() {
            return true; // CASE WHEN .. THEN 'big' ELSE 'small' END would pad 'big  ' otherwise
        }

        @Override
        public RelDataType deriveDecimalPlusType(RelDataTypeFactory f, RelDataType a, RelDataType b) {
            if (!decimals(a, b)) {
                return null;
            }
            int scale = Math.max(scale(f, a), scale(f, b));
            return fit(f, Math.max(whole(f, a), whole(f, b)) + 1 + scale, scale);
        }

        @Override
        public RelDataType deriveDecimalMultiplyType(RelDataTypeFactory f, RelDataType a, RelDataType b) {
            return decimals(a, b)
                    ? fit(f, whole(f, a) + scale(f, a) + whole(f, b) + scale(f, b), scale(f, a) + scale(f, b))
                    : null;
        }

        @Override
        public RelDataType deriveDecimalDivideType(RelDataTypeFactory f, RelDataType a, RelDataType b) {
            if (!decimals(a, b)) {
                return null;
            }
            int scale = Math.max(LEAST_SCALE, scale(f, a) + whole(f, b) + scale(f, b) + 1);
            return fit(f, whole(f, a) + scale(f, b) + scale, scale);
        }

        @Override
        public RelDataType deriveDecimalModType(RelDataTypeFactory f, RelDataType a, RelDataType b) {
            if (!decimals(a, b)) {
                return null;
            }
            int scale = Math.max(scale(f, a), scale(f, b));
            return fit(f, Math.min(whole(f, a), whole(f, b)) + scale, scale);
        }

        private static boolean decimals(RelDataType a, RelDataType b) {
            boolean exact = exact(a) && exact(b);
            return exact && (a.getSqlTypeName() == SqlTypeName.DECIMAL || b.getSqlTypeName() == SqlTypeName.DECIMAL);
        }

        private static boolean exact(RelDataType t) {
            return SqlTypeName.EXACT_TYPES.contains(t.getSqlTypeName());
        }

        private static int scale(RelDataTypeFactory f, RelDataType t) {
            return t.getSqlTypeName() == SqlTypeName.DECIMAL ? t.getScale() : 0;
        }

        private static int whole(RelDataTypeFactory f, RelDataType t) {
            return t.getPrecision() - scale(f, t);
        }

        /** Where 38 digits do not suffice, digits after the point give way, down to six. */
        private static RelDataType fit(RelDataTypeFactory f, int precision, int scale) {
            if (precision <= DIGITS) {
                return f.createSqlType(SqlTypeName.DECIMAL, Math.max(1, precision), scale);
            }
            int kept = Math.max(scale - (precision - DIGITS), Math.min(scale, LEAST_SCALE));
            return f.createSqlType(SqlTypeName.DECIMAL, DIGITS, kept);
        }
    }

    static RelDataType rowType(RelDataTypeFactory f, FieldType.Struct struct) {
        RelDataTypeFactory.Builder builder = f.builder();
        struct.fields().forEach(field -> builder.add(field.name(), toCalcite(f, field)));
        return builder.build();
    }

    private static RelDataType toCalcite(RelDataTypeFactory f, Field field) {
        return f.createTypeWithNullability(toCalcite(f, field.type()), field.nullable());
    }

    static RelDataType toCalcite(RelDataTypeFactory f, FieldType type) {
        return switch (type) {
            case FieldType.Bool t -> f.createSqlType(SqlTypeName.BOOLEAN);
            case FieldType.Int32 t -> f.createSqlType(SqlTypeName.INTEGER);
            case FieldType.Int64 t -> f.createSqlType(SqlTypeName.BIGINT);
            case FieldType.Float32 t -> f.createSqlType(SqlTypeName.REAL);
            case FieldType.Float64 t -> f.createSqlType(SqlTypeName.DOUBLE);
            case FieldType.Decimal t -> f.createSqlType(SqlTypeName.DECIMAL, t.precision(), t.scale());
            case FieldType.Text t -> f.createSqlType(SqlTypeName.VARCHAR);
            case FieldType.Uuid t -> f.createSqlType(SqlTypeName.UUID);
            case FieldType.Bytes t -> f.createSqlType(SqlTypeName.VARBINARY);
            case FieldType.Date t -> f.createSqlType(SqlTypeName.DATE);
            case FieldType.Time t -> f.createSqlType(SqlTypeName.TIME, precision(t.unit()));
            case FieldType.Timestamp t -> f.createSqlType(
                    t.zoned() ? SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE : SqlTypeName.TIMESTAMP,
                    precision(t.unit()));
            case FieldType.Struct t -> {
                RelDataTypeFactory.Builder builder = f.builder().kind(StructKind.PEEK_FIELDS_NO_EXPAND);
                t.fields().forEach(field -> builder.add(field.name(), toCalcite(f, field)));
                yield builder.build();
            }
            case FieldType.Array t -> f.createArrayType(
                    f.createTypeWithNullability(toCalcite(f, t.element()), t.elementNullable()), -1);
            case FieldType.Mapping t -> f.createMapType(f.createSqlType(SqlTypeName.VARCHAR),
                    f.createTypeWithNullability(toCalcite(f, t.value()), t.valueNullable()));
        };
    }

    private static int precision(TimeUnit unit) {
        return unit == TimeUnit.MILLIS ? 3 : 6;
    }

    /** Empty for a type that no value of ours has: an interval, an untyped NULL, a multiset. */
    static Optional<FieldType> fromCalcite(RelDataType type) {
        return Optional.ofNullable(switch (type.getSqlTypeName()) {
            case BOOLEAN -> new FieldType.Bool();
            case TINYINT, SMALLINT, INTEGER -> new FieldType.Int32();
            case BIGINT -> new FieldType.Int64();
            case REAL -> new FieldType.Float32();
            case FLOAT, DOUBLE -> new FieldType.Float64();
            case DECIMAL -> new FieldType.Decimal(type.getPrecision(), Math.max(0, type.getScale()));
            case CHAR, VARCHAR -> new FieldType.Text();
            case UUID -> new FieldType.Uuid();
            case BINARY, VARBINARY -> new FieldType.Bytes();
            case DATE -> new FieldType.Date();
            case TIME, TIME_WITH_LOCAL_TIME_ZONE, TIME_TZ -> new FieldType.Time(unit(type));
            case TIMESTAMP -> new FieldType.Timestamp(unit(type), false);
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE, TIMESTAMP_TZ -> new FieldType.Timestamp(unit(type), true);
            case ROW -> struct(type).orElse(null);
            case ARRAY -> fromCalcite(type.getComponentType())
                    .map(e -> new FieldType.Array(e, type.getComponentType().isNullable())).orElse(null);
            case MAP -> type.getKeyType().getSqlTypeName().getFamily() == SqlTypeName.VARCHAR.getFamily()
                    ? fromCalcite(type.getValueType())
                            .map(v -> new FieldType.Mapping(v, type.getValueType().isNullable())).orElse(null)
                    : null;
            default -> null;
        });
    }

    static Optional<FieldType.Struct> struct(RelDataType type) {
        List<Field> fields = new ArrayList<>();
        for (RelDataTypeField field : type.getFieldList()) {
            Optional<FieldType> fieldType = fromCalcite(field.getType());
            if (fieldType.isEmpty()) {
                return Optional.empty();
            }
            fields.add(new Field(field.getName(), fieldType.get(), field.getType().isNullable()));
        }
        return Optional.of(new FieldType.Struct(fields));
    }

    private static TimeUnit unit(RelDataType type) {
        return type.getPrecision() <= 3 ? TimeUnit.MILLIS : TimeUnit.MICROS;
    }
}
