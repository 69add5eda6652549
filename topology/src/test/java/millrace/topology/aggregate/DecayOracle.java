package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.util.List;
import java.util.TreeMap;

/** Decayed sums by the definition: each step of 1/64 of a half-life with its exact sum and its weight. */
record DecayOracle(long halfLifeSeconds) {
    Object count(List<Object[]> rows) {
        TreeMap<Long, BigDecimal> steps = new TreeMap<>();
        rows.forEach(r -> steps.merge(step((Long) r[0]), BigDecimal.ONE, BigDecimal::add));
        return steps.isEmpty() ? (Object) 0.0 : decayed(steps);
    }

    Object sum(List<Object[]> rows) {
        TreeMap<Long, BigDecimal> steps = new TreeMap<>();
        for (Object[] r : rows) {
            double x = r[0] == null ? 0 : ((Number) r[0]).doubleValue();
            if (!Double.isFinite(x)) {
                return special(rows);
            }
            if (r[0] != null) {
                steps.merge(step((Long) r[1]), new BigDecimal(x), BigDecimal::add);
            }
        }
        return steps.isEmpty() ? null : decayed(steps);
    }

    /** Infinities and NaN make what they make of any sum, unless they are too old. */
    private Object special(List<Object[]> rows) {
        List<Object[]> counted = rows.stream().filter(r -> r[0] != null).toList();
        long newest = counted.stream().mapToLong(r -> step((Long) r[1])).max().orElseThrow();
        TreeMap<Long, BigDecimal> steps = new TreeMap<>();
        double naive = 0;
        for (Object[] r : counted) {
            double x = ((Number) r[0]).doubleValue();
            if (Double.isFinite(x)) {
                steps.merge(step((Long) r[1]), new BigDecimal(x), BigDecimal::add);
            } else {
                steps.merge(step((Long) r[1]), BigDecimal.ZERO, BigDecimal::add);
                naive += newest - step((Long) r[1]) <= 3840 ? x : 0;
            }
        }
        // A step beyond the largest double is an infinity of its own.
        for (var step : steps.entrySet()) {
            double value = step.getValue().doubleValue();
            naive += newest - step.getKey() <= 3840 && Double.isInfinite(value) ? value : 0;
        }
        return naive == 0 ? decayed(steps) : Double.isNaN(naive) ? (Object) Double.NaN : (Object) naive;
    }

    private long step(long eventTime) {
        return Math.floorDiv(eventTime, halfLifeSeconds * 1_000_000 / 64);
    }

    private static double decayed(TreeMap<Long, BigDecimal> steps) {
        BigDecimal sum = BigDecimal.ZERO;
        double infinite = 0;
        for (var step : steps.entrySet()) {
            long age = steps.lastKey() - step.getKey();
            double weighted = age > 3840
                    ? 0
                    : Math.scalb(step.getValue().doubleValue() * StrictMath.pow(2, -(age % 64) / 64.0),
                            (int) -(age / 64));
            if (Double.isFinite(weighted)) {
                sum = sum.add(new BigDecimal(weighted));
            } else {
                infinite += weighted;
            }
        }
        return infinite != 0 ? Double.isNaN(infinite) ? Double.NaN : infinite : sum.doubleValue();
    }
}
