package millrace.topology.aggregate;

import java.util.List;
import java.util.OptionalInt;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregateFunction.Binder;
import millrace.topology.aggregate.AggregateFunction.Example;
import millrace.topology.aggregate.AggregateFunction.Repeats;
import millrace.topology.aggregate.AggregateFunction.Unfit;
import millrace.topology.function.TypeText;

/** Functions of booleans and of bits. */
final class LogicFunctions {
    private LogicFunctions() {}

    static final List<AggregateFunction> ALL = all();

    private static List<AggregateFunction> all() {
        AggregateFunction and = bool("BOOL_AND",
                "Whether all values that are not NULL are TRUE; NULL if there are none.",
                b -> BoolAggregator.and(b.column()),
                new Example("BOOL_AND(x)", "x boolean", "TRUE, NULL", "TRUE"));
        return List.of(and, and.named("EVERY"),
                bool("BOOL_OR", "Whether any value is TRUE; NULL if all are NULL.", b -> BoolAggregator.or(b.column()),
                        new Example("BOOL_OR(x)", "x boolean", "TRUE, FALSE", "TRUE")),
                bits("BIT_AND", "The bits that are set in all values that are not NULL; NULL if there are none.",
                        BitsAggregator.Join.AND, new Example("BIT_AND(x)", "x int", "6, 3", "2")),
                bits("BIT_OR", "The bits that are set in any value; NULL if all are NULL.", BitsAggregator.Join.OR,
                        new Example("BIT_OR(x)", "x int", "6, 3", "7")));
    }

    private static AggregateFunction bool(String name, String doc, Binder binder, Example... examples) {
        return new AggregateFunction(name, List.of(name + "(boolean) -> boolean"), doc, OptionalInt.empty(),
                List.of(examples), Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                    Types.count(types, 1, constants, 0);
                    if (!(types.get(0) instanceof FieldType.Bool)) {
                        throw new Unfit("Expected a boolean, found " + TypeText.of(types.get(0)) + ".");
                    }
                    return Types.nullable(types.get(0), types, nullable);
                }, binder);
    }

    private static AggregateFunction bits(String name, String doc, BitsAggregator.Join join, Example... examples) {
        return new AggregateFunction(name, List.of(name + "(int or bigint) -> the same"), doc, OptionalInt.empty(),
                List.of(examples), Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                    Types.count(types, 1, constants, 0);
                    if (!Types.isInteger(types.get(0))) {
                        throw new Unfit("Expected int or bigint, found " + TypeText.of(types.get(0)) + ".");
                    }
                    return Types.nullable(types.get(0), types, nullable);
                }, b -> b.retracting()
                        ? new BitCountsAggregator(b.column(), b.type(), join)
                        : new BitsAggregator(b.column(), b.type(), join));
    }
}
