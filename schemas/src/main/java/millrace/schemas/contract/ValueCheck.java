package millrace.schemas.contract;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import millrace.schemas.row.FieldType;

/** One promise about one value, ready to be asked many times; allocates only to tell a violation. */
interface ValueCheck {
    /** Null if the promise holds. */
    Violation check(Object value);

    /** A promise about the value itself; NULL passes. */
    record Plain(FieldType type, String expected, Holds holds) implements ValueCheck {
        @Override
        public Violation check(Object value) {
            return value == null || holds.of(value) ? null : new Violation("", expected, Literals.show(type, value));
        }
    }

    /** Whether a promise holds of a value that is not null. */
    interface Holds {
        boolean of(Object value);
    }

    /** There must be a value. */
    record HasValue() implements ValueCheck {
        @Override
        public Violation check(Object value) {
            return value == null ? new Violation("", "a value", "null") : null;
        }
    }

    /** Promises about some fields of a row. */
    record Fields(int[] slots, String[] names, ValueCheck[] checks) implements ValueCheck {
        @Override
        public Violation check(Object value) {
            if (value == null) {
                return null;
            }
            Object[] row = (Object[]) value;
            for (int i = 0; i < slots.length; i++) {
                Violation v = checks[i].check(row[slots[i]]);
                if (v != null) {
                    return v.in(names[i]);
                }
            }
            return null;
        }
    }

    /** A promise about every element of a list. */
    record Elements(ValueCheck check) implements ValueCheck {
        @Override
        public Violation check(Object value) {
            if (value == null) {
                return null;
            }
            List<?> list = (List<?>) value;
            for (int i = 0; i < list.size(); i++) {
                Violation v = check.check(list.get(i));
                if (v != null) {
                    return v.in("[" + i + "]");
                }
            }
            return null;
        }
    }

    /** A promise about every value of a map. */
    record Values(ValueCheck check) implements ValueCheck {
        @Override
        public Violation check(Object value) {
            if (value == null) {
                return null;
            }
            for (Map.Entry<?, ?> e : ((Map<?, ?>) value).entrySet()) {
                Violation v = check.check(e.getValue());
                if (v != null) {
                    return v.in("[" + e.getKey() + "]");
                }
            }
            return null;
        }
    }

    static ValueCheck of(FieldType type, Expectation e) {
        return e instanceof Expectation.Present
                ? new HasValue()
                : new Plain(type, describe(type, e), holds(type, e));
    }

    private static Holds holds(FieldType type, Expectation e) {
        if (e instanceof Expectation.OneOf o) {
            return oneOf(type, o.values());
        } else if (e instanceof Expectation.Range r) {
            return range(type, r);
        } else if (e instanceof Expectation.Length l) {
            return length(type, l);
        } else if (e instanceof Expectation.Matches m) {
            Matcher matcher = m.pattern().matcher("");
            return v -> matcher.reset(v.toString()).matches();
        } else if (e instanceof Expectation.MultipleOf m) {
            return multipleOf(type, m.factor());
        }
        return v -> distinct((List<?>) v);
    }

    static String describe(FieldType type, Expectation e) {
        if (e instanceof Expectation.Present) {
            return "a value";
        } else if (e instanceof Expectation.OneOf o) {
            return "one of " + String.join(", ", o.values());
        } else if (e instanceof Expectation.Range r) {
            return describe(type, r);
        } else if (e instanceof Expectation.Length l) {
            return describe(type, l);
        } else if (e instanceof Expectation.Matches m) {
            return "text matching " + m.pattern().pattern();
        } else if (e instanceof Expectation.MultipleOf m) {
            return "a multiple of " + m.factor().toPlainString();
        }
        return "elements that are all different";
    }

    private static Holds oneOf(FieldType type, List<String> values) {
        Set<Object> allowed = new HashSet<>();
        values.forEach(v -> allowed.add(key(Literals.parse(type, v).orElseThrow())));
        return type instanceof FieldType.Bytes ? v -> allowed.contains(key(v)) : allowed::contains;
    }

    private static Object key(Object value) {
        return value instanceof byte[] b ? ByteBuffer.wrap(b) : value;
    }

    private static Holds range(FieldType type, Expectation.Range r) {
        if (type instanceof FieldType.Decimal) {
            BigDecimal min = r.min().orElse(null);
            BigDecimal max = r.max().orElse(null);
            return v -> within(min == null ? 1 : ((BigDecimal) v).compareTo(min), r.minExclusive(),
                    max == null ? -1 : ((BigDecimal) v).compareTo(max), r.maxExclusive());
        } else if (type instanceof FieldType.Float32) {
            float min = r.min().map(BigDecimal::floatValue).orElse(Float.NEGATIVE_INFINITY);
            float max = r.max().map(BigDecimal::floatValue).orElse(Float.POSITIVE_INFINITY);
            return v -> !Float.isNaN((Float) v) && within(Float.compare((Float) v, min), r.minExclusive(),
                    Float.compare((Float) v, max), r.maxExclusive());
        } else if (type instanceof FieldType.Float64) {
            double min = r.min().map(BigDecimal::doubleValue).orElse(Double.NEGATIVE_INFINITY);
            double max = r.max().map(BigDecimal::doubleValue).orElse(Double.POSITIVE_INFINITY);
            return v -> !Double.isNaN((Double) v) && within(Double.compare((Double) v, min), r.minExclusive(),
                    Double.compare((Double) v, max), r.maxExclusive());
        }
        long min = r.min().map(m -> r.minExclusive() ? m.setScale(0, RoundingMode.FLOOR).add(BigDecimal.ONE) : m)
                .map(m -> saturated(m.setScale(0, RoundingMode.CEILING))).orElse(Long.MIN_VALUE);
        long max = r.max().map(m -> r.maxExclusive() ? m.setScale(0, RoundingMode.CEILING).subtract(BigDecimal.ONE) : m)
                .map(m -> saturated(m.setScale(0, RoundingMode.FLOOR))).orElse(Long.MAX_VALUE);
        return v -> {
            long n = ((Number) v).longValue();
            return n >= min && n <= max;
        };
    }

    private static boolean within(int toMin, boolean minExclusive, int toMax, boolean maxExclusive) {
        return (minExclusive ? toMin > 0 : toMin >= 0) && (maxExclusive ? toMax < 0 : toMax <= 0);
    }

    private static long saturated(BigDecimal n) {
        return n.compareTo(BigDecimal.valueOf(Long.MIN_VALUE)) < 0
                ? Long.MIN_VALUE
                : n.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : n.longValue();
    }

    private static Holds length(FieldType type, Expectation.Length l) {
        if (type instanceof FieldType.Array) {
            return v -> ((List<?>) v).size() >= l.min() && ((List<?>) v).size() <= l.max();
        } else if (type instanceof FieldType.Bytes) {
            return v -> ((byte[]) v).length >= l.min() && ((byte[]) v).length <= l.max();
        }
        return v -> {
            String text = v.toString();
            int characters = text.codePointCount(0, text.length());
            return characters >= l.min() && characters <= l.max();
        };
    }

    private static Holds multipleOf(FieldType type, BigDecimal factor) {
        boolean whole = factor.stripTrailingZeros().scale() <= 0
                && factor.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
        if (whole && (type instanceof FieldType.Int32 || type instanceof FieldType.Int64)) {
            long n = factor.longValueExact();
            return v -> ((Number) v).longValue() % n == 0;
        }
        return v -> {
            try {
                return (v instanceof BigDecimal d ? d : new BigDecimal(v.toString())).remainder(factor).signum() == 0;
            } catch (NumberFormatException e) {
                return false; // NaN and infinities are multiples of nothing
            }
        };
    }

    private static boolean distinct(List<?> list) {
        if (list.size() <= 16) {
            for (int i = 1; i < list.size(); i++) {
                for (int j = 0; j < i; j++) {
                    if (Objects.deepEquals(list.get(i), list.get(j))) {
                        return false;
                    }
                }
            }
            return true;
        }
        Set<Object> seen = new HashSet<>();
        return list.stream().allMatch(v -> seen.add(comparable(v)));
    }

    private static Object comparable(Object value) {
        return value instanceof Object[] row
                ? Arrays.stream(row).map(ValueCheck::comparable).collect(ArrayList::new, ArrayList::add,
                        ArrayList::addAll)
                : key(value);
    }

    private static String describe(FieldType type, Expectation.Range r) {
        String min = r.min().map(m -> (r.minExclusive() ? "more than " : "at least ") + bound(type, m)).orElse("");
        String max = r.max().map(m -> (r.maxExclusive() ? "less than " : "at most ") + bound(type, m)).orElse("");
        return min + (min.isEmpty() || max.isEmpty() ? "" : " and ") + max;
    }

    static String bound(FieldType type, BigDecimal n) {
        return type instanceof FieldType.Date
                ? Literals.show(type, n.intValue())
                : type instanceof FieldType.Time || type instanceof FieldType.Timestamp
                        ? Literals.show(type, n.longValue())
                        : n.toPlainString();
    }

    private static String describe(FieldType type, Expectation.Length l) {
        String what = type instanceof FieldType.Array
                ? "elements"
                : type instanceof FieldType.Bytes ? "bytes" : "characters";
        return l.max() == Integer.MAX_VALUE
                ? String.format(Locale.ROOT, "at least %d %s", l.min(), what)
                : l.min() == 0
                        ? String.format(Locale.ROOT, "at most %d %s", l.max(), what)
                        : String.format(Locale.ROOT, "%d to %d %s", l.min(), l.max(), what);
    }
}
