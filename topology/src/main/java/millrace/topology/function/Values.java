package millrace.topology.function;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Equality and order of values, as {@link millrace.schemas.row.FieldType} represents them. */
public final class Values {
    private Values() {}

    /** Whether two values of one type are the same; two nulls are. Decimals are compared by value, not by scale. */
    public static boolean same(Object a, Object b) {
        if (a == b) {
            return true;
        } else if (a == null || b == null) {
            return false;
        } else if (a instanceof byte[] x) {
            return b instanceof byte[] y && Arrays.equals(x, y);
        } else if (a instanceof BigDecimal x) {
            return b instanceof BigDecimal y && x.compareTo(y) == 0;
        } else if (a instanceof Object[] x) {
            Object[] y = (Object[]) b;
            for (int i = 0; i < x.length; i++) {
                if (!same(x[i], y[i])) {
                    return false;
                }
            }
            return x.length == y.length;
        } else if (a instanceof List<?> x) {
            List<?> y = (List<?>) b;
            Iterator<?> j = y.iterator();
            for (Object o : x) {
                if (!j.hasNext() || !same(o, j.next())) {
                    return false;
                }
            }
            return !j.hasNext();
        } else if (a instanceof Map<?, ?> x) {
            Map<?, ?> y = (Map<?, ?>) b;
            return x.size() == y.size() && x.entrySet().stream()
                    .allMatch(e -> y.containsKey(e.getKey()) && same(e.getValue(), y.get(e.getKey())));
        }
        return a.equals(b);
    }

    /** Text by code points, which is also the order of its UTF-8 bytes. */
    public static int compare(String a, String b) {
        int n = Math.min(a.length(), b.length());
        for (int i = 0; i < n; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean sx = Character.isSurrogate(x);
                return sx == Character.isSurrogate(y) ? x - y : sx ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }

    /** Bytes as unsigned numbers. */
    public static int compare(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b);
    }

    /** UUIDs by their bits, unsigned, which is the order of their text. */
    public static int compare(java.util.UUID a, java.util.UUID b) {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    }
}
