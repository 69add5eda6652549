package millrace.sinks.iceberg.file;

import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * One leaf column of many rows in memory, to be given on in any order of the rows. Equal texts are held once.
 *
 * <pre>
 *   values of row 0, 1, 2, ... -> entries: levels, and a number, a wide one, or the id of a text
 *                   starts of rows, where a row may have several -/
 * </pre>
 */
public final class HeldColumn implements LeafColumn {
    private static final int SAMPLE = 1 << 13;

    private enum Kind {
        NUMBER, FLOAT, DOUBLE, WIDE, BYTES
    }

    private final Kind kind;
    private final boolean signed;
    private final boolean repeated;
    private final int present;

    private int entries;
    private int rows;
    /** Kept from the first entry on that has no value. */
    private byte[] definitions;
    private byte[] repetitions = {};
    private int[] starts = {};
    private long[] numbers = {};
    private long[] highs = {};
    private int[] ids = {};
    private final BytesDictionary texts = new BytesDictionary();

    /** @param descriptor of the column that they will be given to */
    public HeldColumn(ColumnDescriptor descriptor) {
        PrimitiveType type = descriptor.getPrimitiveType();
        kind = switch (type.getPrimitiveTypeName()) {
            case BOOLEAN, INT32, INT64 -> Kind.NUMBER;
            case FLOAT -> Kind.FLOAT;
            case DOUBLE -> Kind.DOUBLE;
            case FIXED_LEN_BYTE_ARRAY -> Kind.WIDE;
            case BINARY -> Kind.BYTES;
            case INT96 -> throw new IllegalArgumentException(descriptor.toString());
        };
        signed = type.getPrimitiveTypeName() != PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY
                || type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation;
        repeated = descriptor.getMaxRepetitionLevel() > 0;
        present = descriptor.getMaxDefinitionLevel();
    }

    public int rows() {
        return rows;
    }

    @Override
    public void absent(int repetition, int definition) {
        entry(repetition, definition);
    }

    @Override
    public void number(long value, int repetition, int definition) {
        int at = entry(repetition, definition);
        numbers = room(numbers, at);
        numbers[at] = value;
    }

    @Override
    public void wide(long high, long low, int repetition, int definition) {
        int at = entry(repetition, definition);
        highs = room(highs, at);
        numbers = room(numbers, at);
        highs[at] = high;
        numbers[at] = low;
    }

    @Override
    public void bytes(byte[] source, int offset, int length, int repetition, int definition) {
        int at = entry(repetition, definition);
        ids = room(ids, at);
        ids[at] = texts.idOf(source, offset, length);
    }

    private int entry(int repetition, int definition) {
        int at = entries++;
        if (repeated) {
            repetitions = room(repetitions, at);
            repetitions[at] = (byte) repetition;
            if (repetition == 0) {
                starts = room(starts, rows);
                starts[rows++] = at;
            }
        } else {
            rows++;
        }
        if (definition != present && definitions == null) {
            definitions = new byte[Math.max(at + 1, 1 << 10)];
            Arrays.fill(definitions, 0, at, (byte) present);
        }
        if (definitions != null) {
            definitions = room(definitions, at);
            definitions[at] = (byte) definition;
        }
        return at;
    }

    private static byte[] room(byte[] array, int at) {
        return at < array.length ? array : Arrays.copyOf(array, more(at));
    }

    private static int[] room(int[] array, int at) {
        return at < array.length ? array : Arrays.copyOf(array, more(at));
    }

    private static long[] room(long[] array, int at) {
        return at < array.length ? array : Arrays.copyOf(array, more(at));
    }

    private static int more(int at) {
        return Math.max(1 << 10, Math.addExact(at, at / 2 + 1));
    }

    /** Gives the values of one row. */
    public void copy(int row, LeafColumn to) {
        int end = !repeated ? row + 1 : row + 1 < rows ? starts[row + 1] : entries;
        for (int at = repeated ? starts[row] : row; at < end; at++) {
            int definition = definition(at);
            int repetition = repeated ? repetitions[at] : 0;
            if (definition != present) {
                to.absent(repetition, definition);
                continue;
            }
            switch (kind) {
                case NUMBER, FLOAT, DOUBLE -> to.number(numbers[at], repetition, definition);
                case WIDE -> to.wide(highs[at], numbers[at], repetition, definition);
                case BYTES -> texts.give(ids[at], to, repetition, definition);
            }
        }
    }

    private int definition(int at) {
        return definitions == null ? present : definitions[at];
    }

    /**
     * Where each row's value stands among all of them: 0 if there is none, and from 1 up to 2<sup>bits</sup> - 1 such
     * that about as many rows have each number. Equal values have the same. It goes by a sample of the rows, always the
     * same one.
     *
     * @throws IllegalStateException if a row may have several values
     */
    public int[] ranks(int bits) {
        if (repeated) {
            throw new IllegalStateException("a row has several values");
        }
        Integer[] sample = sample();
        int[] ranks = new int[rows];
        int[] ofTexts = new int[kind == Kind.BYTES ? texts.size() : 0];
        for (int row = 0; row < rows; row++) {
            if (definition(row) != present) {
                continue;
            }
            int known = kind == Kind.BYTES ? ofTexts[ids[row]] : 0;
            ranks[row] = known != 0 ? known : rank(sample, row, bits);
            if (kind == Kind.BYTES) {
                ofTexts[ids[row]] = ranks[row];
            }
        }
        return ranks;
    }

    private Integer[] sample() {
        int size = Math.min(rows, SAMPLE);
        Integer[] sample = new Integer[size];
        int taken = 0;
        for (int i = 0; i < size; i++) {
            int row = (int) ((long) i * rows / size);
            if (definition(row) == present) {
                sample[taken++] = row;
            }
        }
        sample = Arrays.copyOf(sample, taken);
        Arrays.sort(sample, this::compare);
        return sample;
    }

    /** How many of the sample are below the row, as a share of the numbers that there are. */
    private int rank(Integer[] sample, int row, int bits) {
        int from = 0;
        int to = sample.length;
        while (from < to) {
            int middle = from + to >>> 1;
            if (compare(sample[middle], row) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return 1 + (int) ((long) from * ((1 << bits) - 2) / Math.max(1, sample.length));
    }

    private int compare(int row, int other) {
        return switch (kind) {
            case NUMBER -> Long.compare(numbers[row], numbers[other]);
            case FLOAT -> Float.compare(Float.intBitsToFloat((int) numbers[row]),
                    Float.intBitsToFloat((int) numbers[other]));
            case DOUBLE -> Double.compare(Double.longBitsToDouble(numbers[row]),
                    Double.longBitsToDouble(numbers[other]));
            case WIDE -> {
                int high = signed
                        ? Long.compare(highs[row], highs[other])
                        : Long.compareUnsigned(highs[row], highs[other]);
                yield high != 0 ? high : Long.compareUnsigned(numbers[row], numbers[other]);
            }
            case BYTES -> texts.compare(ids[row], ids[other]);
        };
    }
}
