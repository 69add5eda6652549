package millrace.topology.aggregate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.function.Values;

/**
 * How values of one type are kept: their order, and their bytes. Values that are the same have the same bytes, once
 * {@link #canonical} has made them so: there is one NaN, and the keys of a map are sorted. Zero and minus zero are two
 * values, minus zero before zero, and NaN comes after all numbers: the order of {@link Double#compare}.
 *
 * <p>
 * The bytes are for good: {@code APPROX_COUNT_DISTINCT} hashes them, so other bytes would be other results.
 */
interface ValueLayout {
    /** The order of two values, neither null; 0 if and only if they are the same. */
    int compare(Object a, Object b);

    /** @param value canonical, not null */
    void write(Object value, StateOutput out);

    Object read(StateInput in);

    /** The one object among those that are the same; the value itself if it is that already. */
    default Object canonical(Object value) {
        return value;
    }

    /** Something with {@code equals} and {@code hashCode} that stands for a canonical value. */
    default Object key(Object canonical) {
        return canonical;
    }

    static ValueLayout of(FieldType type) {
        return switch (type) {
            case FieldType.Bool t -> Bools.LAYOUT;
            case FieldType.Int32 t -> Ints.LAYOUT;
            case FieldType.Date t -> Ints.LAYOUT;
            case FieldType.Int64 t -> Longs.LAYOUT;
            case FieldType.Time t -> Longs.LAYOUT;
            case FieldType.Timestamp t -> Longs.LAYOUT;
            case FieldType.Float32 t -> Floats.LAYOUT;
            case FieldType.Float64 t -> Doubles.LAYOUT;
            case FieldType.Decimal t -> new Decimals(t.scale());
            case FieldType.Text t -> Texts.LAYOUT;
            case FieldType.Uuid t -> Uuids.LAYOUT;
            case FieldType.Bytes t -> ByteArrays.LAYOUT;
            case FieldType.Struct t -> new Tuples(t.fields().stream().map(Field::type).map(ValueLayout::of).toList());
            case FieldType.Array t -> new Lists(of(t.element()));
            case FieldType.Mapping t -> new Maps(of(t.value()));
        };
    }

    /** Several values in an {@code Object[]}; each may be null. */
    static ValueLayout tuple(List<FieldType> types) {
        return new Tuples(types.stream().map(ValueLayout::of).toList());
    }

    /** NULL before all values. */
    static int compareNullable(ValueLayout layout, Object a, Object b) {
        return a == null || b == null ? Boolean.compare(a != null, b != null) : layout.compare(a, b);
    }

    static void writeNullable(ValueLayout layout, Object value, StateOutput out) {
        out.writeBoolean(value != null);
        if (value != null) {
            layout.write(value, out);
        }
    }

    static Object readNullable(ValueLayout layout, StateInput in) {
        return in.readBoolean() ? layout.read(in) : null;
    }

    /** Bytes of a canonical value that are the same for the same values. */
    default byte[] bytes(Object canonical) {
        StateOutput out = new StateOutput();
        write(canonical, out);
        return out.toBytes();
    }

    final class Bools implements ValueLayout {
        static final Bools LAYOUT = new Bools();

        @Override
        public int compare(Object a, Object b) {
            return Boolean.compare((Boolean) a, (Boolean) b);
        }

        @Override
        public void write(Object value, StateOutput out) {
            out.writeBoolean((Boolean) value);
        }

        @Override
        public Object read(StateInput in) {
            return in.readBoolean();
        }
    }

    final class Ints implements ValueLayout {
        static final Ints LAYOUT = new Ints();

        @Override
        public int compare(Object a, Object b) {
            return Integer.compare((Integer) a, (Integer) b);
        }

        @Override
        public void write(Object value, StateOutput out) {
            out.writeInt((Integer) value);
        }

        @Override
        public Object read(StateInput in) {
            return in.readInt();
        }
    }

    final class Longs implements ValueLayout {
        static final Longs LAYOUT = new Longs();

        @Override
        public int compare(Object a, Object b) {
            return Long.compare((Long) a, (Long) b);
        }

        @Override
        public void write(Object value, StateOutput out) {
            out.writeLong((Long) value);
        }

        @Override
        public Object read(StateInput in) {
            return in.readLong();
        }
    }

    final class Floats implements ValueLayout {
        static final Floats LAYOUT = new Floats();

        @Override
        public int compare(Object a, Object b) {
            return Float.compare((Float) a, (Float) b);
        }

        @Override
        public Object canonical(Object value) {
            return ((Float) value).isNaN() ? Float.valueOf(Float.NaN) : value;
        }

        @Override
        public void write(Object value, StateOutput out) {
            out.writeInt(Float.floatToIntBits((Float) value));
        }

        @Override
        public Object read(StateInput in) {
            return Float.intBitsToFloat(in.readInt());
        }
    }

    final class Doubles implements ValueLayout {
        static final Doubles LAYOUT = new Doubles();

        @Override
        public int compare(Object a, Object b) {
            return Double.compare((Double) a, (Double) b);
        }

        @Override
        public Object canonical(Object value) {
            return ((Double) value).isNaN() ? Double.valueOf(Double.NaN) : value;
        }

        @Override
        public void write(Object value, StateOutput out) {
            out.writeDouble((Double) value);
        }

        @Override
        public Object read(StateInput in) {
            return in.readDouble();
        }
    }

    /** Unscaled, in two's complement; the scale is the type's. */
    record Decimals(int scale) implements ValueLayout {
        @Override
        public int compare(Object a, Object b) {
            return ((BigDecimal) a).compareTo((BigDecimal) b);
        }

        @Override
        public void write(Object value, StateOutput out) {
            out.writeBytes(((BigDecimal) value).unscaledValue().toByteArray());
        }

        @Override
        public Object read(StateInput in) {
            return new BigDecimal(new BigInteger(in.readBytes()), scale);
        }
    }

    /**
     * UTF-8 behind twice its length. A text with half a surrogate pair, which JSON can bring and UTF-8 cannot hold, is
     * kept as its UTF-16 units behind twice the length and one.
     */
    final class Texts implements ValueLayout {
        static final Texts LAYOUT = new Texts();

        @Override
        public int compare(Object a, Object b) {
            return Values.compare((String) a, (String) b);
        }

        @Override
        public void write(Object value, StateOutput out) {
            String text = (String) value;
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            boolean broken = text.indexOf('?') < 0 ? contains(bytes, '?') : !isWhole(text);
            if (broken) {
                bytes = new byte[text.length() * 2];
                ByteBuffer.wrap(bytes).asCharBuffer().put(text);
            }
            out.writeInt(bytes.length * 2 + (broken ? 1 : 0)).writeRaw(bytes, 0, bytes.length);
        }

        @Override
        public Object read(StateInput in) {
            int head = in.readInt();
            byte[] bytes = in.readRaw(head / 2);
            return (head & 1) == 0
                    ? new String(bytes, StandardCharsets.UTF_8)
                    : ByteBuffer.wrap(bytes).asCharBuffer().toString();
        }

        private static boolean contains(byte[] bytes, char c) {
            for (byte b : bytes) {
                if (b == c) {
                    return true;
                }
            }
            return false;
        }

        private static boolean isWhole(String text) {
            return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        }
    }

    final class Uuids implements ValueLayout {
        static final Uuids LAYOUT = new Uuids();

        @Override
        public int compare(Object a, Object b) {
            return Values.compare((UUID) a, (UUID) b);
        }

        @Override
        public void write(Object value, StateOutput out) {
            UUID uuid = (UUID) value;
            out.writeSortable(uuid.getMostSignificantBits()).writeSortable(uuid.getLeastSignificantBits());
        }

        @Override
        public Object read(StateInput in) {
            return new UUID(in.readSortable(), in.readSortable());
        }
    }

    final class ByteArrays implements ValueLayout {
        static final ByteArrays LAYOUT = new ByteArrays();

        @Override
        public int compare(Object a, Object b) {
            return Values.compare((byte[]) a, (byte[]) b);
        }

        @Override
        public void write(Object value, StateOutput out) {
            out.writeBytes((byte[]) value);
        }

        @Override
        public Object read(StateInput in) {
            return in.readBytes();
        }

        @Override
        public Object key(Object canonical) {
            return ByteBuffer.wrap((byte[]) canonical);
        }
    }

    /** Structs, and the arguments of a call that has several. */
    record Tuples(List<ValueLayout> fields) implements ValueLayout {
        @Override
        public int compare(Object a, Object b) {
            Object[] x = (Object[]) a;
            Object[] y = (Object[]) b;
            for (int i = 0; i < x.length; i++) {
                int c = compareNullable(fields.get(i), x[i], y[i]);
                if (c != 0) {
                    return c;
                }
            }
            return 0;
        }

        @Override
        public Object canonical(Object value) {
            Object[] given = (Object[]) value;
            Object[] out = given;
            for (int i = 0; i < given.length; i++) {
                Object v = given[i] == null ? null : fields.get(i).canonical(given[i]);
                if (v != given[i]) {
                    out = out == given ? given.clone() : out;
                    out[i] = v;
                }
            }
            return out;
        }

        @Override
        public void write(Object value, StateOutput out) {
            Object[] values = (Object[]) value;
            for (int i = 0; i < values.length; i++) {
                writeNullable(fields.get(i), values[i], out);
            }
        }

        @Override
        public Object read(StateInput in) {
            Object[] values = new Object[fields.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = readNullable(fields.get(i), in);
            }
            return values;
        }

        @Override
        public Object key(Object canonical) {
            return ByteBuffer.wrap(bytes(canonical));
        }
    }

    record Lists(ValueLayout element) implements ValueLayout {
        @Override
        public int compare(Object a, Object b) {
            Iterator<?> x = ((List<?>) a).iterator();
            Iterator<?> y = ((List<?>) b).iterator();
            while (x.hasNext() && y.hasNext()) {
                int c = compareNullable(element, x.next(), y.next());
                if (c != 0) {
                    return c;
                }
            }
            return Boolean.compare(x.hasNext(), y.hasNext());
        }

        @Override
        public Object canonical(Object value) {
            List<?> given = (List<?>) value;
            List<Object> out = null;
            int i = 0;
            for (Object o : given) {
                Object v = o == null ? null : element.canonical(o);
                if (v != o) {
                    out = out == null ? new ArrayList<>(given) : out;
                    out.set(i, v);
                }
                i++;
            }
            return out == null ? given : out;
        }

        @Override
        public void write(Object value, StateOutput out) {
            List<?> list = (List<?>) value;
            out.writeInt(list.size());
            for (Object o : list) {
                writeNullable(element, o, out);
            }
        }

        @Override
        public Object read(StateInput in) {
            int size = in.readInt();
            List<Object> list = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                list.add(readNullable(element, in));
            }
            return list;
        }

        @Override
        public Object key(Object canonical) {
            return ByteBuffer.wrap(bytes(canonical));
        }
    }

    /** Entries in the order of their keys. */
    record Maps(ValueLayout value) implements ValueLayout {
        @Override
        public int compare(Object a, Object b) {
            Iterator<? extends Map.Entry<?, ?>> x = ((Map<?, ?>) canonical(a)).entrySet().iterator();
            Iterator<? extends Map.Entry<?, ?>> y = ((Map<?, ?>) canonical(b)).entrySet().iterator();
            while (x.hasNext() && y.hasNext()) {
                Map.Entry<?, ?> i = x.next();
                Map.Entry<?, ?> j = y.next();
                int c = Values.compare((String) i.getKey(), (String) j.getKey());
                c = c != 0 ? c : compareNullable(value, i.getValue(), j.getValue());
                if (c != 0) {
                    return c;
                }
            }
            return Boolean.compare(x.hasNext(), y.hasNext());
        }

        @Override
        public Object canonical(Object given) {
            if (given instanceof Sorted) {
                return given;
            }
            TreeMap<String, Object> byKey = new TreeMap<>(Values::compare);
            ((Map<?, ?>) given).forEach((k, v) -> byKey.put((String) k, v == null ? null : value.canonical(v)));
            return new Sorted(byKey);
        }

        @Override
        public void write(Object given, StateOutput out) {
            Map<?, ?> map = (Map<?, ?>) given;
            out.writeInt(map.size());
            map.forEach((k, v) -> {
                Texts.LAYOUT.write(k, out);
                writeNullable(value, v, out);
            });
        }

        @Override
        public Object read(StateInput in) {
            int size = in.readInt();
            Map<String, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                String key = (String) Texts.LAYOUT.read(in);
                map.put(key, readNullable(value, in));
            }
            return new Sorted(map);
        }

        @Override
        public Object key(Object canonical) {
            return ByteBuffer.wrap(bytes(canonical));
        }

        /** Marks a map that was made canonical. */
        private static final class Sorted extends LinkedHashMap<String, Object> {
            private static final long serialVersionUID = 1L;

            Sorted(Map<String, Object> sorted) {
                super(sorted);
            }
        }
    }
}
