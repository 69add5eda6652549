package millrace.topology.sql;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCollectionTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlMapTypeNameSpec;
import org.apache.calcite.sql.SqlRowTypeNameSpec;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlUserDefinedTypeNameSpec;
import org.apache.calcite.sql.type.SqlTypeName;

/** The names that people know types by, besides those of the standard. */
final class TypeNames {
    private static final Map<String, SqlTypeName> OTHERS = Map.ofEntries(Map.entry("STRING", SqlTypeName.VARCHAR),
            Map.entry("TEXT", SqlTypeName.VARCHAR), Map.entry("BYTES", SqlTypeName.VARBINARY),
            Map.entry("BYTEA", SqlTypeName.VARBINARY), Map.entry("BOOL", SqlTypeName.BOOLEAN),
            Map.entry("INT4", SqlTypeName.INTEGER), Map.entry("INT8", SqlTypeName.BIGINT),
            Map.entry("LONG", SqlTypeName.BIGINT), Map.entry("FLOAT4", SqlTypeName.REAL),
            Map.entry("FLOAT8", SqlTypeName.DOUBLE),
            Map.entry("TIMESTAMPTZ", SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE),
            Map.entry("TIMESTAMP_LTZ", SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE));

    private TypeNames() {}

    /** The same type by the standard's names, also within rows, maps and arrays; unknown names are left. */
    static SqlDataTypeSpec standard(SqlDataTypeSpec type) {
        SqlTypeNameSpec standard = standard(type.getTypeNameSpec());
        return standard == type.getTypeNameSpec()
                ? type
                : new SqlDataTypeSpec(standard, type.getTimeZone(), type.getNullable(), type.getParserPosition());
    }

    private static SqlTypeNameSpec standard(SqlTypeNameSpec type) {
        return switch (type) {
            case SqlUserDefinedTypeNameSpec named when named.getTypeName().isSimple() -> {
                SqlTypeName known = OTHERS.get(named.getTypeName().getSimple().toUpperCase(Locale.ROOT));
                yield known == null ? named : new SqlBasicTypeNameSpec(known, named.getParserPos());
            }
            case SqlRowTypeNameSpec row -> {
                List<SqlDataTypeSpec> fields = row.getFieldTypes().stream().map(TypeNames::standard).toList();
                yield new SqlRowTypeNameSpec(row.getParserPos(), row.getFieldNames(), fields);
            }
            case SqlMapTypeNameSpec map -> new SqlMapTypeNameSpec(standard(map.getKeyType()),
                    standard(map.getValType()), map.getParserPos());
            case SqlCollectionTypeNameSpec collection -> {
                SqlTypeNameSpec element = standard(collection.getElementTypeName());
                yield element == collection.getElementTypeName()
                        ? collection
                        : new SqlCollectionTypeNameSpec(element,
                                SqlTypeName.valueOf(collection.getTypeName().getSimple()), collection.getParserPos());
            }
            default -> type;
        };
    }
}
