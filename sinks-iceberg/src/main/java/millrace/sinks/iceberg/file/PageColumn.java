package millrace.sinks.iceberg.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Encodes one leaf column into compressed pages of a row group. Values go to a dictionary as long as that makes them
 * smaller, and stand plain from then on:
 *
 * <pre>
 *   value -> id -> ids of the page --\
 *        \-> plain bytes of the page --> page: levels + values -> compressed, kept until the row group ends
 * </pre>
 *
 * Parquet's own column writer does the same through an object and several calls per value, at about twice the cost.
 */
abstract class PageColumn implements LeafColumn {
    /** As many rows as Parquet's own writer puts into a page at most. */
    static final int PAGE_ROWS = 20_000;

    /** In pages' sizes, what values of a page may take if they all stood plain, as they do once the dictionary is left. */
    private static final int MOST_IN_DICTIONARY_PAGE = 16;

    /** Values after which a column of keys, where hardly any repeats, is known to be one. */
    private static final int TRIAL = 2048;

    private record Page(int values, int rows, int rawSize, byte[] compressed, boolean dictionary,
            Statistics<?> statistics) {}

    /** A column's pages in one row group, compressed; the dictionary is null if none needs it. */
    static final class Chunk {
        private final ColumnDescriptor descriptor;
        private final List<Page> pages;
        private final DictionaryPage dictionary;
        private final Encoding plain;
        private final CompressionCodecName codec;

        private Chunk(ColumnDescriptor descriptor, List<Page> pages, DictionaryPage dictionary, Encoding plain,
                CompressionCodecName codec) {
            this.descriptor = descriptor;
            this.pages = pages;
            this.dictionary = dictionary;
            this.plain = plain;
            this.codec = codec;
        }

        void write(ParquetFileWriter writer) throws IOException {
            writer.startColumn(descriptor, pages.stream().mapToLong(Page::values).sum(), codec);
            if (dictionary != null) {
                writer.writeDictionaryPage(dictionary);
            }
            for (Page page : pages) {
                writer.writeDataPage(page.values(), page.rawSize(), BytesInput.from(page.compressed()),
                        page.statistics(), page.rows(), Encoding.RLE, Encoding.RLE,
                        page.dictionary() ? Encoding.RLE_DICTIONARY : plain);
            }
            writer.endColumn();
        }
    }

    final ColumnDescriptor descriptor;
    private final int maxDefinition;
    private final int maxRepetition;
    /** Kept only from the first definition level that differs from the page's first one. */
    private byte[] definitions;
    private byte[] repetitions;
    private boolean sameDefinitions = true;
    private int firstDefinition;
    private int levels;
    private int values;
    private long pageStart;

    /** Plain values of the page, while there is no dictionary. */
    final PageBuffer plain = new PageBuffer(1 << 10);
    private boolean dictionary;
    private int[] ids = new int[256];
    private int idCount;
    /** What the values of the dictionary's pages would take as plain ones. */
    private long plainSize;
    /** The same, without the page that is open. */
    private long plainSizeBefore;

    private final List<Page> pages = new ArrayList<>();
    private long compressedSize;

    PageColumn(ColumnDescriptor descriptor) {
        this.descriptor = descriptor;
        maxDefinition = descriptor.getMaxDefinitionLevel();
        maxRepetition = descriptor.getMaxRepetitionLevel();
        definitions = new byte[0];
        repetitions = new byte[maxRepetition > 0 ? 256 : 0];
        dictionary = hasDictionary();
    }

    /** Whether the column's values ever go to a dictionary; if not, the methods about it are never called. */
    abstract boolean hasDictionary();

    /** Distinct values so far. */
    abstract int dictionaryEntries();

    /** Bytes they take as a dictionary page. */
    abstract int dictionarySize();

    abstract PageBuffer dictionaryBytes();

    abstract void clearDictionary();

    /** Appends the value of a dictionary entry to the plain values. */
    abstract void putEntry(int id);

    /** Lays out what {@link #plain} does not hold already, and starts anew with the next page. */
    void finishPlain() {}

    /** What {@link #plain} is in. */
    Encoding plainEncoding() {
        return Encoding.PLAIN;
    }

    /** Bounds of the page's values, which start anew with the next page. */
    abstract void takeBounds(Statistics<?> statistics);

    /** What Iceberg wants to know of the column beside Parquet's statistics. */
    Stream<FieldMetrics<?>> metrics() {
        return Stream.empty();
    }

    @Override
    public void absent(int repetition, int definition) {
        level(repetition, definition);
    }

    @Override
    public void number(long value, int repetition, int definition) {
        throw new IllegalStateException(descriptor + " takes no number");
    }

    @Override
    public void wide(long high, long low, int repetition, int definition) {
        throw new IllegalStateException(descriptor + " takes no wide number");
    }

    @Override
    public void bytes(byte[] source, int offset, int length, int repetition, int definition) {
        throw new IllegalStateException(descriptor + " takes no bytes");
    }

    private void level(int repetition, int definition) {
        int at = levels++;
        if (at == 0) {
            firstDefinition = definition;
            sameDefinitions = true;
        }
        if (maxRepetition > 0) {
            if (at == repetitions.length) {
                repetitions = Arrays.copyOf(repetitions, at * 2);
            }
            repetitions[at] = (byte) repetition;
        }
        if (!sameDefinitions || definition != firstDefinition) {
            noteDefinition(at, definition);
        }
    }

    private void noteDefinition(int at, int definition) {
        if (at >= definitions.length) {
            definitions = Arrays.copyOf(definitions, Math.max(at * 2, 1 << 10));
        }
        if (sameDefinitions) {
            Arrays.fill(definitions, 0, at, (byte) firstDefinition);
            sameDefinitions = false;
        }
        definitions[at] = (byte) definition;
    }

    /** Notes that a value comes; whether it goes to the dictionary. */
    final boolean begin(int repetition, int definition) {
        level(repetition, definition);
        values++;
        return dictionary;
    }

    /** Notes a value as an entry of the dictionary. */
    final void putId(int id, int size) {
        if (idCount == ids.length) {
            ids = Arrays.copyOf(ids, idCount * 2);
        }
        ids[idCount++] = id;
        plainSize += size;
        if (idCount == TRIAL && pages.isEmpty() && dictionaryEntries() > TRIAL * 3 / 4) {
            leaveDictionary();
            clearDictionary();
        }
    }

    /** Turns the page's values into plain ones; the rest of the row group follows. */
    final void leaveDictionary() {
        dictionary = false;
        for (int i = 0; i < idCount; i++) {
            putEntry(ids[i]);
        }
        idCount = 0;
    }

    /** Memory of what is not yet in the file. */
    final long bufferedBytes() {
        return compressedSize + rawBytes();
    }

    private long rawBytes() {
        return plain.size + 4L * idCount + dictionarySize();
    }

    /** What the values of the open page take as plain ones, about. */
    final long pageBytes() {
        return plain.size + plainSize - plainSizeBefore;
    }

    /** Ends the page if it has as many rows or bytes as a page should. */
    final void endFullPage(long row, int pageBytes, PageCompressor compressor) {
        if (row - pageStart >= PAGE_ROWS || plain.size >= pageBytes || levels >= 8 * PAGE_ROWS
                || pageBytes() >= (long) MOST_IN_DICTIONARY_PAGE * pageBytes) {
            endPage(row, compressor);
        }
    }

    final void endPage(long row, PageCompressor compressor) {
        if (levels == 0) {
            return;
        }
        // The first page shows whether values repeat; most columns that do not are found out here.
        if (dictionary && pages.isEmpty() && !dictionaryPays()) {
            leaveDictionary();
            clearDictionary();
        }
        PageBuffer page = compressor.page;
        page.clear();
        if (maxRepetition > 0) {
            page.putLevels(repetitions, levels, maxRepetition);
        }
        if (maxDefinition > 0) {
            if (sameDefinitions) {
                page.putSameLevel(firstDefinition, levels, maxDefinition);
            } else {
                page.putLevels(definitions, levels, maxDefinition);
            }
        }
        if (dictionary) {
            page.putIds(ids, idCount, dictionaryEntries());
        } else {
            finishPlain();
            page.putBytes(plain.bytes, 0, plain.size);
        }
        Statistics<?> statistics = Statistics.createStats(descriptor.getPrimitiveType());
        if (values > 0) {
            takeBounds(statistics);
        }
        statistics.incrementNumNulls(levels - values);
        byte[] compressed = compressor.compress(page.bytes, page.size);
        pages.add(new Page(levels, (int) (row - pageStart), page.size, compressed, dictionary, statistics));
        compressedSize += compressed.length;
        levels = 0;
        values = 0;
        idCount = 0;
        plain.clear();
        plainSizeBefore = plainSize;
        pageStart = row;
    }

    private boolean dictionaryPays() {
        int width = 32 - Integer.numberOfLeadingZeros(Math.max(1, dictionaryEntries() - 1));
        return dictionarySize() + (long) idCount * width / 8 < plainSize * 2 / 3;
    }

    /** Ends the column chunk of a row group, whose last page is ended, and starts the next. */
    final Chunk endChunk(PageCompressor compressor) {
        DictionaryPage entries = null;
        if (pages.stream().anyMatch(Page::dictionary)) {
            PageBuffer values = dictionaryBytes();
            entries = new DictionaryPage(BytesInput.from(compressor.compress(values.bytes, values.size)), values.size,
                    dictionaryEntries(), Encoding.PLAIN);
        }
        Chunk chunk = new Chunk(descriptor, List.copyOf(pages), entries, plainEncoding(), compressor.codec());
        pages.clear();
        compressedSize = 0;
        pageStart = 0;
        plainSize = 0;
        plainSizeBefore = 0;
        if (hasDictionary()) {
            clearDictionary();
            dictionary = true;
        }
        return chunk;
    }
}
