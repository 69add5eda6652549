package millrace.topology.sql;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregateFunction;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.aggregate.Resolution;
import millrace.topology.plan.AggregateCall.Over;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlSelectKeyword;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.util.NlsString;
import org.apache.calcite.util.Optionality;

/** An aggregate function of the library, typed by it. Serves the planning of one model. */
final class LibraryAggregate extends SqlAggFunction {
    private final AggregateFunction function;
    private final Aggregates library;
    /** Calcite asks again once constants have become columns, and cannot be told then what they were. */
    private final Map<List<RelDataType>, RelDataType> inferred = new HashMap<>();

    LibraryAggregate(AggregateFunction function, Aggregates library) {
        super(function.name(), null, SqlKind.OTHER_FUNCTION, null, null, new Checker(function, library),
                SqlFunctionCategory.USER_DEFINED_FUNCTION, false, false, Optionality.FORBIDDEN);
        this.function = function;
        this.library = library;
    }

    @Override
    public RelDataType inferReturnType(SqlOperatorBinding binding) {
        List<RelDataType> types = binding.collectOperandTypes();
        if (!(binding instanceof SqlCallBinding call)) {
            return inferred.get(types);
        }
        Resolution.Resolved resolved = (Resolution.Resolved) resolve(library, function, call).orElseThrow();
        RelDataTypeFactory f = binding.getTypeFactory();
        boolean nullable = resolved.nullable()
                || resolved.nullIfEmpty() && (binding.hasEmptyGroup() || binding.hasFilter());
        RelDataType type = f.createTypeWithNullability(SqlTypes.toCalcite(f, resolved.type()), nullable);
        inferred.put(types, type);
        return type;
    }

    /** Empty if an argument is of a type that no value of ours has, or a constant is none. */
    private static Optional<Resolution> resolve(Aggregates library, AggregateFunction function, SqlCallBinding call) {
        List<FieldType> types = new ArrayList<>();
        List<Boolean> nullable = new ArrayList<>();
        List<Object> constants = new ArrayList<>();
        for (int i = 0; i < call.getOperandCount(); i++) {
            if (i >= function.constantsFrom().orElse(Integer.MAX_VALUE)) {
                if (!(call.operand(i) instanceof SqlLiteral literal)) {
                    return Optional.empty();
                }
                constants.add(constant(literal.getValue()));
            } else {
                Optional<FieldType> type = SqlTypes.fromCalcite(call.getOperandType(i));
                if (type.isEmpty()) {
                    return Optional.empty();
                }
                types.add(type.get());
                nullable.add(call.getOperandType(i).isNullable());
            }
        }
        SqlLiteral quantifier = call.getCall().getFunctionQuantifier();
        boolean distinct = quantifier != null && quantifier.getValue() == SqlSelectKeyword.DISTINCT;
        return Optional.of(library.resolve(function.name(), types, nullable, constants,
                distinct ? Over.DISTINCT : Over.ALL));
    }

    /** A constant as plans hold it: whole numbers as Long, others as BigDecimal, text as String. */
    static Object constant(Object value) {
        return switch (value) {
            case NlsString text -> text.getValue();
            case BigDecimal number when number.stripTrailingZeros().scale() <= 0 -> number.longValueExact();
            case null, default -> value;
        };
    }

    private record Checker(AggregateFunction function, Aggregates library) implements SqlOperandTypeChecker {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            boolean fits = resolve(library, function, binding).filter(Resolution.Resolved.class::isInstance)
                    .isPresent();
            if (!fits && throwOnFailure) {
                throw binding.newValidationSignatureError();
            }
            return fits;
        }

        @Override
        public SqlOperandCountRange getOperandCountRange() {
            return SqlOperandCountRanges.any();
        }

        @Override
        public String getAllowedSignatures(SqlOperator op, String opName) {
            return String.join(" or ", function.forms());
        }
    }
}
