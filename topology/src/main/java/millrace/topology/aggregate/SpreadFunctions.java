package millrace.topology.aggregate;

import java.util.List;
import java.util.OptionalInt;
import millrace.topology.aggregate.AggregateFunction.Example;
import millrace.topology.aggregate.AggregateFunction.Repeats;

/** Variances and standard deviations. */
final class SpreadFunctions {
    private SpreadFunctions() {}

    private static final String EXACT = " Computed exactly and rounded once.";
    private static final String SAMPLE = "NULL for fewer than two values." + EXACT;
    private static final String POPULATION = "NULL if there are none." + EXACT;

    static final List<AggregateFunction> ALL = all();

    private static List<AggregateFunction> all() {
        AggregateFunction deviation = function("STDDEV_SAMP", Spread.STDDEV_SAMP,
                "The standard deviation of a sample: the square root of VAR_SAMP. " + SAMPLE,
                new Example("STDDEV_SAMP(x)", "x int", "1, 2, 3", "1.0"));
        AggregateFunction variance = function("VAR_SAMP", Spread.VAR_SAMP,
                "The variance of a sample: squared distances from the average, divided by one less than their number. "
                        + SAMPLE,
                new Example("VAR_SAMP(x)", "x decimal(3,1)", "1.0, 2.0, 3.0", "1.0"));
        return List.of(
                function("STDDEV_POP", Spread.STDDEV_POP,
                        "The standard deviation: the square root of VAR_POP. " + POPULATION,
                        new Example("STDDEV_POP(x)", "x double", "2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0", "2.0")),
                deviation, deviation.named("STDDEV"),
                function("VAR_POP", Spread.VAR_POP, "The variance: the average of the squared distances from the"
                        + " average. " + POPULATION, new Example("VAR_POP(x)", "x int", "1, 3, NULL", "1.0")),
                variance, variance.named("VARIANCE"));
    }

    private static AggregateFunction function(String name, Spread spread, String doc, Example... examples) {
        return new AggregateFunction(name, List.of(name + "(number) -> double"), doc, OptionalInt.empty(),
                List.of(examples), Repeats.COUNT, (types, nullable, constants) -> {
                    Types.count(types, 1, constants, 0);
                    Types.number(types.get(0));
                    return new Resolution.Resolved(Types.DOUBLE, nullable.get(0) || !spread.exists(1), true, types,
                            true);
                }, b -> Types.isFloating(b.type())
                        ? new DoubleSpreadAggregator(b.column(), spread)
                        : new ExactSpreadAggregator(b.column(), b.type(), spread));
    }
}
