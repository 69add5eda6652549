package millrace.topology.aggregate;

import java.util.List;
import java.util.OptionalInt;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.AggregateFunction.Example;
import millrace.topology.aggregate.AggregateFunction.Repeats;
import millrace.topology.aggregate.AggregateFunction.Unfit;

/** COUNT, SUM and AVG. */
final class SumFunctions {
    private SumFunctions() {}

    private static final AggregateFunction COUNT = new AggregateFunction("COUNT",
            List.of("COUNT(*) -> bigint", "COUNT(any, ..) -> bigint"),
            "The number of rows, or of rows in which no argument is NULL; never NULL.", OptionalInt.empty(),
            List.of(new Example("COUNT(*)", "x int", "1, NULL, 1", "3"),
                    new Example("COUNT(x)", "x int", "1, NULL, 1", "2"),
                    new Example("COUNT(DISTINCT x)", "x int", "1, NULL, 1", "1")),
            Repeats.COUNT, (types, nullable, constants) -> {
                if (!constants.isEmpty()) {
                    throw new Unfit("Its arguments are columns.");
                }
                return new Resolution.Resolved(Types.BIGINT, false, false, types, true);
            }, b -> new CountAggregator(b.columns()));

    private static final AggregateFunction SUM = new AggregateFunction("SUM",
            List.of("SUM(int or bigint) -> bigint", "SUM(decimal(p,s)) -> decimal(38,s)",
                    "SUM(real or double) -> double"),
            "The sum of the values that are not NULL; NULL if there are none. Exact inside: only the final sum must fit"
                    + " its type, or the row fails; one of floating point is rounded once.",
            OptionalInt.empty(), List.of(new Example("SUM(x)", "x int", "1, 2, NULL", "3"),
                    new Example("SUM(x)", "x decimal(5,2)", "0.10, 0.20", "0.30"),
                    new Example("SUM(x)", "x double", "1e100, 1.0, -1e100", "1.0"),
                    new Example("SUM(DISTINCT x)", "x int", "2, 2, 3", "5")),
            Repeats.COUNT, (types, nullable, constants) -> {
                Types.count(types, 1, constants, 0);
                Types.number(types.get(0));
                FieldType type = types.get(0) instanceof FieldType.Decimal d
                        ? new FieldType.Decimal(38, d.scale())
                        : Types.isInteger(types.get(0)) ? Types.BIGINT : Types.DOUBLE;
                return Types.nullable(type, types, nullable);
            }, b -> sum(b, SumUse.SUM));

    private static final AggregateFunction AVG = new AggregateFunction("AVG",
            List.of("AVG(int or bigint) -> bigint", "AVG(decimal(p,s)) -> decimal(38, max(s, 6))",
                    "AVG(real or double) -> double"),
            "The average of the values that are not NULL; NULL if there are none. That of integers is an integer,"
                    + " truncated toward zero; that of decimals is rounded half up.",
            OptionalInt.empty(), List.of(new Example("AVG(x)", "x int", "1, 2, NULL", "1"),
                    new Example("AVG(x)", "x decimal(5,2)", "1.00, 1.00, 0.00", "0.666667"),
                    new Example("AVG(x)", "x double", "1.0, 2.0", "1.5")),
            Repeats.COUNT, (types, nullable, constants) -> {
                Types.count(types, 1, constants, 0);
                Types.number(types.get(0));
                FieldType type = types.get(0) instanceof FieldType.Decimal d
                        ? new FieldType.Decimal(38, Math.max(6, d.scale()))
                        : Types.isInteger(types.get(0)) ? Types.BIGINT : Types.DOUBLE;
                return Types.nullable(type, types, nullable);
            }, b -> sum(b, SumUse.AVERAGE));

    static final List<AggregateFunction> ALL = List.of(COUNT, SUM, AVG);

    private static Aggregator<?> sum(Binding b, SumUse use) {
        if (b.type() instanceof FieldType.Decimal d) {
            return new DecimalSumAggregator(b.column(), d, (FieldType.Decimal) b.result(), use);
        }
        return Types.isInteger(b.type())
                ? new LongSumAggregator(b.column(), use)
                : new DoubleSumAggregator(b.column(), use);
    }
}
