package millrace.sinks.iceberg.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.MetadataColumns;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriterForLong;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;

/** A column for each way in which Parquet stores the values that Iceberg tables have. */
final class PageColumns {
    private PageColumns() {}

    /** The leaf columns of a file, in the order of its type. */
    static PageColumn[] of(MessageType type, int dictionaryBytes) {
        return type.getColumns().stream().map(c -> of(c, dictionaryBytes)).toArray(PageColumn[]::new);
    }

    /** @param dictionaryBytes the most that a dictionary takes; beyond it values stand plain */
    private static PageColumn of(ColumnDescriptor descriptor, int dictionaryBytes) {
        PrimitiveType type = descriptor.getPrimitiveType();
        if (type.getId() != null && type.getId().intValue() == MetadataColumns.ROW_ID.fieldId()) {
            return new CountingUp(descriptor);
        }
        return switch (type.getPrimitiveTypeName()) {
            case BOOLEAN -> new Booleans(descriptor);
            case INT32, INT64 -> new Whole(descriptor, dictionaryBytes);
            case FLOAT, DOUBLE -> new Floating(descriptor, dictionaryBytes);
            case BINARY -> new Binaries(descriptor, dictionaryBytes);
            case FIXED_LEN_BYTE_ARRAY -> new Fixed(descriptor, type.getTypeLength());
            case INT96 -> throw new IllegalStateException(type.toString());
        };
    }

    private abstract static class WithoutDictionary extends PageColumn {
        WithoutDictionary(ColumnDescriptor descriptor) {
            super(descriptor);
        }

        @Override
        final boolean hasDictionary() {
            return false;
        }

        @Override
        final int dictionaryEntries() {
            return 0;
        }

        @Override
        final int dictionarySize() {
            return 0;
        }

        @Override
        final PageBuffer dictionaryBytes() {
            throw new IllegalStateException("no dictionary");
        }

        @Override
        final void clearDictionary() {
            throw new IllegalStateException("no dictionary");
        }

        @Override
        final void putEntry(int id) {
            throw new IllegalStateException("no dictionary");
        }
    }

    private abstract static class Numbers extends PageColumn {
        final int width;
        private final int dictionaryLimit;
        private final NumberDictionary dictionary = new NumberDictionary();
        private final PageBuffer dictionaryPage = new PageBuffer(16);

        Numbers(ColumnDescriptor descriptor, int width, int dictionaryBytes) {
            super(descriptor);
            this.width = width;
            dictionaryLimit = dictionaryBytes / width;
        }

        @Override
        boolean hasDictionary() {
            return true;
        }

        @Override
        int dictionaryEntries() {
            return dictionary.size();
        }

        @Override
        int dictionarySize() {
            return dictionary.size() * width;
        }

        @Override
        PageBuffer dictionaryBytes() {
            dictionaryPage.clear();
            for (int id = 0; id < dictionary.size(); id++) {
                put(dictionaryPage, dictionary.entry(id));
            }
            return dictionaryPage;
        }

        @Override
        void clearDictionary() {
            dictionary.clear();
        }

        @Override
        void putEntry(int id) {
            put(plain, dictionary.entry(id));
        }

        private void put(PageBuffer target, long value) {
            if (width == 8) {
                target.putLong(value);
            } else {
                target.putInt((int) value);
            }
        }

        final void add(long value, int repetition, int definition) {
            if (begin(repetition, definition)) {
                putId(dictionary.idOf(value), width);
                if (dictionary.size() > dictionaryLimit) {
                    leaveDictionary();
                }
            } else {
                put(plain, value);
            }
        }
    }

    private static final class Whole extends Numbers {
        private long least = Long.MAX_VALUE;
        private long most = Long.MIN_VALUE;

        Whole(ColumnDescriptor descriptor, int dictionaryBytes) {
            super(descriptor, descriptor.getPrimitiveType()
                    .getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.INT64 ? 8 : 4, dictionaryBytes);
        }

        @Override
        public void number(long value, int repetition, int definition) {
            add(value, repetition, definition);
            least = Math.min(least, value);
            most = Math.max(most, value);
        }

        @Override
        void takeBounds(Statistics<?> statistics) {
            if (width == 8) {
                statistics.updateStats(least);
                statistics.updateStats(most);
            } else {
                statistics.updateStats((int) least);
                statistics.updateStats((int) most);
            }
            least = Long.MAX_VALUE;
            most = Long.MIN_VALUE;
        }
    }

    /** Floats and doubles, as their bits. */
    private static final class Floating extends Numbers {
        private final FloatingMetrics metrics;
        private double least = Double.POSITIVE_INFINITY;
        private double most = Double.NEGATIVE_INFINITY;

        Floating(ColumnDescriptor descriptor, int dictionaryBytes) {
            super(descriptor, descriptor.getPrimitiveType()
                    .getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.DOUBLE ? 8 : 4, dictionaryBytes);
            metrics = new FloatingMetrics(descriptor.getPrimitiveType());
        }

        @Override
        public void number(long bits, int repetition, int definition) {
            add(bits, repetition, definition);
            double value = metrics.add(bits);
            // A NaN makes these NaN too, and readers ignore bounds with a NaN in them, as they must for such a page.
            least = Math.min(least, value);
            most = Math.max(most, value);
        }

        @Override
        public void absent(int repetition, int definition) {
            super.absent(repetition, definition);
            metrics.addNull();
        }

        @Override
        void takeBounds(Statistics<?> statistics) {
            if (width == 8) {
                statistics.updateStats(least);
                statistics.updateStats(most);
            } else {
                statistics.updateStats((float) least);
                statistics.updateStats((float) most);
            }
            least = Double.POSITIVE_INFINITY;
            most = Double.NEGATIVE_INFINITY;
        }

        @Override
        Stream<FieldMetrics<?>> metrics() {
            return metrics.metrics();
        }
    }

    /** Longs of which most are a little more than the one before: a byte or less for each. */
    private static final class CountingUp extends WithoutDictionary {
        private static final int SLAB = 64;
        private static final int MOST_PAGE_BYTES = 1 << 20;

        private final DeltaBinaryPackingValuesWriterForLong deltas = new DeltaBinaryPackingValuesWriterForLong(SLAB,
                MOST_PAGE_BYTES, HeapByteBufferAllocator.getInstance());
        private long least = Long.MAX_VALUE;
        private long most = Long.MIN_VALUE;

        CountingUp(ColumnDescriptor descriptor) {
            super(descriptor);
        }

        @Override
        public void number(long value, int repetition, int definition) {
            begin(repetition, definition);
            deltas.writeLong(value);
            least = Math.min(least, value);
            most = Math.max(most, value);
        }

        @Override
        void finishPlain() {
            try {
                BytesInput page = deltas.getBytes();
                int size = (int) page.size();
                plain.ensure(size);
                page.toInputStream().readNBytes(plain.bytes, plain.size, size);
                plain.size += size;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            deltas.reset();
        }

        @Override
        Encoding plainEncoding() {
            return Encoding.DELTA_BINARY_PACKED;
        }

        @Override
        void takeBounds(Statistics<?> statistics) {
            statistics.updateStats(least);
            statistics.updateStats(most);
            least = Long.MAX_VALUE;
            most = Long.MIN_VALUE;
        }
    }

    private static final class Booleans extends WithoutDictionary {
        private int pending;
        private int bits;
        private boolean hasFalse;
        private boolean hasTrue;

        Booleans(ColumnDescriptor descriptor) {
            super(descriptor);
        }

        @Override
        public void number(long value, int repetition, int definition) {
            begin(repetition, definition);
            pending |= (int) value << bits;
            if (++bits == 8) {
                finishPlain();
            }
            hasTrue |= value != 0;
            hasFalse |= value == 0;
        }

        @Override
        void finishPlain() {
            if (bits > 0) {
                plain.putByte(pending);
                pending = 0;
                bits = 0;
            }
        }

        @Override
        void takeBounds(Statistics<?> statistics) {
            statistics.updateStats(!hasFalse);
            statistics.updateStats(hasTrue);
            hasFalse = false;
            hasTrue = false;
        }
    }

    /** UUIDs and large decimals. */
    private static final class Fixed extends WithoutDictionary {
        private final int length;
        private final boolean signed;
        private final byte[] scratch = new byte[16];
        private long leastHigh;
        private long leastLow;
        private long mostHigh;
        private long mostLow;
        private boolean none = true;

        Fixed(ColumnDescriptor descriptor, int length) {
            super(descriptor);
            this.length = length;
            signed = descriptor.getPrimitiveType()
                    .getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
        }

        @Override
        public void wide(long high, long low, int repetition, int definition) {
            begin(repetition, definition);
            layOut(high, low);
            plain.putBytes(scratch, 16 - length, length);
            if (none || compare(high, low, leastHigh, leastLow) < 0) {
                leastHigh = high;
                leastLow = low;
            }
            if (none || compare(high, low, mostHigh, mostLow) > 0) {
                mostHigh = high;
                mostLow = low;
            }
            none = false;
        }

        private void layOut(long high, long low) {
            ByteBuffer.wrap(scratch).putLong(high).putLong(low);
        }

        private int compare(long high, long low, long otherHigh, long otherLow) {
            int byHigh = signed ? Long.compare(high, otherHigh) : Long.compareUnsigned(high, otherHigh);
            return byHigh != 0 ? byHigh : Long.compareUnsigned(low, otherLow);
        }

        @Override
        void takeBounds(Statistics<?> statistics) {
            layOut(leastHigh, leastLow);
            statistics.updateStats(Binary.fromConstantByteArray(Arrays.copyOfRange(scratch, 16 - length, 16)));
            layOut(mostHigh, mostLow);
            statistics.updateStats(Binary.fromConstantByteArray(Arrays.copyOfRange(scratch, 16 - length, 16)));
            none = true;
        }
    }

    /** Text and bytes. */
    private static final class Binaries extends PageColumn {
        private final int dictionaryLimit;
        private final BytesDictionary dictionary = new BytesDictionary();
        private byte[] least;
        private byte[] most;
        private long leastPrefix;
        private long mostPrefix;

        Binaries(ColumnDescriptor descriptor, int dictionaryBytes) {
            super(descriptor);
            dictionaryLimit = dictionaryBytes;
        }

        @Override
        public void bytes(byte[] source, int offset, int length, int repetition, int definition) {
            if (begin(repetition, definition)) {
                putId(dictionary.idOf(source, offset, length), 4 + length);
                if (dictionary.bytes().size > dictionaryLimit) {
                    leaveDictionary();
                }
            } else {
                plain.putBinary(source, offset, length);
            }
            bound(source, offset, length);
        }

        /** Compares the first eight bytes as one number, and the rest only where that does not decide. */
        private void bound(byte[] source, int offset, int length) {
            // Signed comparison is to order as bytes do.
            long prefix = BytesPrefix.of(source, offset, length) ^ Long.MIN_VALUE;
            if (least == null) {
                least = Arrays.copyOfRange(source, offset, offset + length);
                most = least;
                leastPrefix = prefix;
                mostPrefix = prefix;
                return;
            }
            if (prefix <= leastPrefix && (prefix < leastPrefix
                    || Arrays.compareUnsigned(source, offset, offset + length, least, 0, least.length) < 0)) {
                least = Arrays.copyOfRange(source, offset, offset + length);
                leastPrefix = prefix;
            }
            if (prefix >= mostPrefix && (prefix > mostPrefix
                    || Arrays.compareUnsigned(source, offset, offset + length, most, 0, most.length) > 0)) {
                most = Arrays.copyOfRange(source, offset, offset + length);
                mostPrefix = prefix;
            }
        }

        @Override
        void takeBounds(Statistics<?> statistics) {
            statistics.updateStats(Binary.fromConstantByteArray(least));
            statistics.updateStats(Binary.fromConstantByteArray(most));
            least = null;
            most = null;
        }

        @Override
        boolean hasDictionary() {
            return true;
        }

        @Override
        int dictionaryEntries() {
            return dictionary.size();
        }

        @Override
        int dictionarySize() {
            return dictionary.bytes().size;
        }

        @Override
        PageBuffer dictionaryBytes() {
            return dictionary.bytes();
        }

        @Override
        void clearDictionary() {
            dictionary.clear();
        }

        @Override
        void putEntry(int id) {
            dictionary.putEntry(id, plain);
        }
    }
}
