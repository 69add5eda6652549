package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalInt;
import millrace.topology.aggregate.AggregateFunction.Example;
import millrace.topology.aggregate.AggregateFunction.Repeats;
import millrace.topology.aggregate.AggregateFunction.Unfit;

/** Functions that pay for little memory with a small error, the same error whatever the order of the rows. */
final class ApproximateFunctions {
    private ApproximateFunctions() {}

    static final List<AggregateFunction> ALL = all();

    private static List<AggregateFunction> all() {
        AggregateFunction percentile = new AggregateFunction("APPROX_PERCENTILE",
                List.of("APPROX_PERCENTILE(number, share) -> double"),
                "A value that so large a share of the values, from 0 to 1, does not exceed, with a relative error below"
                        + " 1 %; NULL if there are none. NULL does not count; NaN is above all numbers.",
                OptionalInt.of(1),
                List.of(new Example("APPROX_PERCENTILE(x, 0.5)", "x int", "5, 1, 100", "5.03125"),
                        new Example("APPROX_PERCENTILE(x, 1)", "x double", "-1.0, 0.0", "0.0")),
                Repeats.COUNT, (types, nullable, constants) -> {
                    Types.count(types, 1, constants, 1);
                    Types.number(types.get(0));
                    BigDecimal share = number(constants.get(0), "The share");
                    if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
                        throw new Unfit("The share must be from 0 to 1, found " + constants.get(0) + ".");
                    }
                    return Types.nullable(Types.DOUBLE, types, nullable);
                }, b -> new PercentileAggregator(b.column(), exact((Number) b.constants().get(0))));
        return List.of(
                new AggregateFunction("APPROX_COUNT_DISTINCT", List.of("APPROX_COUNT_DISTINCT(any) -> bigint"),
                        "About how many different values there are, never NULL; NULL does not count. The standard error"
                                + " is 1.6 %, in 4 KB at most. Not where rows may be taken back: COUNT(DISTINCT x) is"
                                + " exact and can.",
                        OptionalInt.empty(),
                        List.of(new Example("APPROX_COUNT_DISTINCT(x)", "x text", "'a', 'b', NULL, 'a'", "2")),
                        Repeats.CHANGE_NOTHING, (types, nullable, constants) -> {
                            Types.count(types, 1, constants, 0);
                            return new Resolution.Resolved(Types.BIGINT, false, false, types, false);
                        }, b -> new ApproxCountDistinctAggregator(b.column(), b.layout())),
                percentile, percentile.named("PERCENTILE"),
                new AggregateFunction("DECAYED_SUM", List.of("DECAYED_SUM(number, half-life in seconds) -> double"),
                        "A sum in which a value is halved with each half-life that it is older than the newest one, in"
                                + " steps of 1/64 of it; what is 60 half-lives old is gone. NULL does not count, and is"
                                + " the result if nothing does.",
                        OptionalInt.of(1),
                        List.of(new Example("DECAYED_SUM(x, 1)", "x int", "8, 4, 1", "5.0")),
                        Repeats.ARE_WANTED, (types, nullable, constants) -> {
                            Types.count(types, 1, constants, 1);
                            Types.number(types.get(0));
                            halfLife(constants.get(0));
                            return Types.nullable(Types.DOUBLE, types, nullable);
                        }, b -> DecayAggregator.sum(b.column(), ((Number) b.constants().get(0)).longValue(),
                                b.changes())),
                new AggregateFunction("DECAYED_COUNT", List.of("DECAYED_COUNT(half-life in seconds) -> double"),
                        "The number of rows, where one counts half with each half-life that it is older than the newest"
                                + " one, in steps of 1/64 of it; what is 60 half-lives old is gone. Never NULL.",
                        OptionalInt.of(0), List.of(new Example("DECAYED_COUNT(1)", "x int", "8, 4, 1", "1.75")),
                        Repeats.ARE_WANTED, (types, nullable, constants) -> {
                            Types.count(types, 0, constants, 1);
                            halfLife(constants.get(0));
                            return new Resolution.Resolved(Types.DOUBLE, false, false, types, true);
                        }, b -> DecayAggregator.count(((Number) b.constants().get(0)).longValue(), b.changes())));
    }

    private static void halfLife(Object constant) throws Unfit {
        BigDecimal seconds = number(constant, "The half-life");
        if (seconds.compareTo(BigDecimal.ONE) < 0 || seconds.compareTo(BigDecimal.valueOf(1_000_000_000)) > 0
                || seconds.stripTrailingZeros().scale() > 0) {
            throw new Unfit("The half-life must be a whole number of seconds, from 1 to 1000000000, found " + constant
                    + ".");
        }
    }

    private static BigDecimal number(Object constant, String what) throws Unfit {
        if (!(constant instanceof Number n) || !Double.isFinite(n.doubleValue())) {
            throw new Unfit(what + " must be a number, found " + constant + ".");
        }
        return exact(n);
    }

    private static BigDecimal exact(Number n) {
        return n instanceof BigDecimal d
                ? d
                : n instanceof Double || n instanceof Float
                        ? BigDecimal.valueOf(n.doubleValue())
                        : BigDecimal.valueOf(n.longValue());
    }
}
