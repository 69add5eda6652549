package millrace.topology.sql;

import static org.apache.calcite.sql.fun.SqlStdOperatorTable.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.function.FunctionSignature;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlOperatorTables;
import org.apache.calcite.sql.validate.SqlNameMatcher;

/** Everything that an expression may use: the operators of the language, and the functions of a library. */
final class SqlOperators {
    /** Calls that keep their shape; Calcite would expand them into arithmetic on milliseconds, or evaluate twice. */
    static final Set<SqlOperator> KEPT = Set.of(TIMESTAMP_ADD, TIMESTAMP_DIFF, EXTRACT, IS_DISTINCT_FROM,
            IS_NOT_DISTINCT_FROM, COALESCE, NULLIF, JSON_VALUE, JSON_EXISTS, TRIM, FLOOR, CEIL, SUBSTRING, OVERLAY,
            POSITION, SqlLibraryOperators.GREATEST, SqlLibraryOperators.LEAST, SqlLibraryOperators.CONCAT_FUNCTION,
            SqlLibraryOperators.CONCAT_WS, SqlLibraryOperators.IF, SqlLibraryOperators.NVL,
            SqlLibraryOperators.IFNULL);

    private static final List<SqlOperator> LANGUAGE = List.of(AND, OR, NOT, EQUALS, NOT_EQUALS, LESS_THAN,
            LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL, IS_NULL, IS_NOT_NULL, IS_TRUE, IS_NOT_TRUE,
            IS_FALSE, IS_NOT_FALSE, IS_UNKNOWN, IS_NOT_UNKNOWN, BETWEEN, NOT_BETWEEN, SYMMETRIC_BETWEEN,
            SYMMETRIC_NOT_BETWEEN, IN, NOT_IN, LIKE, NOT_LIKE, SIMILAR_TO, NOT_SIMILAR_TO, PLUS, MINUS, MULTIPLY,
            DIVIDE, MOD, PERCENT_REMAINDER, UNARY_MINUS, UNARY_PLUS, CONCAT, MINUS_DATE, DATETIME_PLUS, CASE, CAST,
            ROW, ARRAY_VALUE_CONSTRUCTOR, MAP_VALUE_CONSTRUCTOR, ITEM, DOT, AS, UNION_ALL, UNION, INTERVAL, EXISTS,
            SqlLibraryOperators.ILIKE, SqlLibraryOperators.NOT_ILIKE, SqlLibraryOperators.RLIKE,
            SqlLibraryOperators.NOT_RLIKE, SqlLibraryOperators.TRY_CAST, SqlLibraryOperators.SAFE_CAST,
            SqlLibraryOperators.INFIX_CAST, DESCRIPTOR, FILTER, ROW_NUMBER,
            DESC, NULLS_FIRST, NULLS_LAST, LAG);

    private SqlOperators() {}

    /** The operator table, and the names that a mistyped function is compared with. */
    static SqlOperatorTable table(FunctionLibrary library, Aggregates aggregates) {
        List<SqlOperator> all = new ArrayList<>(LANGUAGE);
        // COUNT stays Calcite's: its star is part of the language.
        aggregates.functions().stream().filter(f -> !f.name().equals(COUNT.getName()))
                .forEach(f -> all.add(new LibraryAggregate(f, aggregates)));
        all.addAll(WindowFunction.ALL);
        all.addAll(KEPT);
        Set<String> taken = KEPT.stream().map(o -> o.getName()).collect(Collectors.toSet());
        library.names().stream().filter(n -> !taken.contains(n)).forEach(n -> all.add(new LibraryFunction(n, library)));
        return SqlOperatorTables.chain(SqlOperatorTables.of(all), new CountTable());
    }

    /** COUNT has a syntax of its own, which a table made of a list does not find. */
    private static final class CountTable implements SqlOperatorTable {
        @Override
        public void lookupOperatorOverloads(SqlIdentifier name, SqlFunctionCategory category, SqlSyntax syntax,
                List<SqlOperator> found, SqlNameMatcher matcher) {
            if (syntax.family == SqlSyntax.FUNCTION && name.isSimple()
                    && name.getSimple().equalsIgnoreCase(COUNT.getName())) {
                found.add(COUNT);
            }
        }

        @Override
        public List<SqlOperator> getOperatorList() {
            return List.of(COUNT);
        }
    }

    static Set<String> functionNames(FunctionLibrary library, Aggregates aggregates) {
        Set<String> names = new TreeSet<>(library.names());
        names.addAll(aggregates.names());
        KEPT.stream().filter(o -> o instanceof SqlFunction).forEach(o -> names.add(o.getName()));
        return names;
    }

    /** A function of the library, typed by its signatures. */
    static final class LibraryFunction extends SqlFunction {
        private final FunctionLibrary library;

        LibraryFunction(String name, FunctionLibrary library) {
            super(name, SqlKind.OTHER_FUNCTION, null, null, new Checker(name, library),
                    SqlFunctionCategory.USER_DEFINED_FUNCTION);
            this.library = library;
        }

        @Override
        public RelDataType inferReturnType(SqlOperatorBinding binding) {
            List<FieldType> types = types(binding);
            FunctionSignature signature = library.resolve(getName(), types).orElseThrow();
            RelDataTypeFactory f = binding.getTypeFactory();
            boolean nullable = signature.mayGiveNull()
                    || binding.collectOperandTypes().stream().anyMatch(RelDataType::isNullable);
            List<FieldType> known = types.stream().map(t -> t == null ? new FieldType.Text() : t).toList();
            return f.createTypeWithNullability(SqlTypes.toCalcite(f, signature.resultType(known)), nullable);
        }
    }

    /** The operands' types; null for an untyped NULL or what no value of ours can be. */
    private static List<FieldType> types(SqlOperatorBinding binding) {
        List<FieldType> types = new ArrayList<>();
        binding.collectOperandTypes().forEach(t -> types.add(SqlTypes.fromCalcite(t).orElse(null)));
        return types;
    }

    private record Checker(String name, FunctionLibrary library) implements SqlOperandTypeChecker {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            boolean known = binding.collectOperandTypes().stream()
                    .allMatch(t -> t.getSqlTypeName() == SqlTypeName.NULL || SqlTypes.fromCalcite(t).isPresent());
            if (known && library.resolve(name, types(binding)).isPresent()) {
                return true;
            }
            if (throwOnFailure) {
                throw binding.newValidationSignatureError();
            }
            return false;
        }

        @Override
        public SqlOperandCountRange getOperandCountRange() {
            var counts = library.named(name).stream().mapToInt(s -> s.parameters().size()).summaryStatistics();
            return SqlOperandCountRanges.between(counts.getMin(), counts.getMax());
        }

        @Override
        public String getAllowedSignatures(SqlOperator op, String opName) {
            return library.named(name).stream().map(FunctionSignature::text).collect(Collectors.joining(" or "));
        }
    }
}
