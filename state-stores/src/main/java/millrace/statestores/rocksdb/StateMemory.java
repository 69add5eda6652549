package millrace.statestores.rocksdb;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One budget of memory for all RocksDB instances of a process, however many stores and tasks it has: they share a block
 * cache, to which write buffers, indexes and filters are charged too. By Kafka Streams' defaults each store takes up to
 * a hundred megabytes for itself. Streams makes an object of this class for each store; what they share lives as long
 * as the process.
 */
public final class StateMemory implements RocksDBConfigSetter {
    /** The setting that says how many bytes. */
    public static final String BUDGET = "millrace.state.memory";
    public static final long USUAL = 256L << 20;
    /** A few write buffers of one store, and as much again for what is read. */
    public static final long SMALLEST = 8L << 20;

    /**
     * The part of the budget that a write buffer has. Large ones would let few stores fill their half, and then every write
     * to any other would flush a tiny file; small ones are merged more often on their way.
     */
    private static final long WRITE_BUFFERS_OF_BUDGET = 64;
    private static final long SMALLEST_WRITE_BUFFER = 1L << 20;
    private static final long LARGEST_WRITE_BUFFER = 16L << 20;
    /**
     * Sorted runs from which on some are merged. By the usual 4 that takes twice the time, and what it would make faster is
     * seldom asked for: operators have on the heap what they need again, and filters tell where a key is not.
     */
    private static final int MERGED_FROM = 8;
    private static final int MOST_WRITE_BUFFERS = 3;
    /** What one takes at least; by RocksDB's default, an eighth of it, many stores would fill that half with nothing. */
    private static final long WRITE_BUFFER_STEP = 32L << 10;
    /** For indexes and filters, which a large scan is not to drive out. */
    private static final double INDEX_SHARE = 0.1;

    /** By their sizes; a process asks for one. */
    private static final Map<Long, Shared> SHARED = new ConcurrentHashMap<>();

    /** Half of the budget at most holds what is not on disk yet. */
    private record Shared(Cache cache, WriteBufferManager writeBuffers, long writeBuffer) {
        static Shared of(long bytes) {
            RocksDB.loadLibrary();
            Cache cache = new LRUCache(bytes, -1, false, INDEX_SHARE);
            return new Shared(cache, new WriteBufferManager(bytes / 2, cache), Math.clamp(
                    bytes / WRITE_BUFFERS_OF_BUDGET, SMALLEST_WRITE_BUFFER, LARGEST_WRITE_BUFFER));
        }
    }

    /** What the stores hold in memory now, in bytes. */
    public static long used() {
        return SHARED.values().stream().mapToLong(s -> s.cache().getUsage()).sum();
    }

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        Object budget = configs.get(BUDGET);
        Shared shared = SHARED.computeIfAbsent(budget == null ? USUAL : Long.parseLong(budget.toString()), Shared::of);
        BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
        table.setBlockCache(shared.cache());
        table.setCacheIndexAndFilterBlocks(true);
        table.setCacheIndexAndFilterBlocksWithHighPriority(true);
        options.setTableFormatConfig(table);
        options.setWriteBufferManager(shared.writeBuffers());
        options.setWriteBufferSize(shared.writeBuffer());
        options.setArenaBlockSize(WRITE_BUFFER_STEP);
        options.setMaxWriteBufferNumber(MOST_WRITE_BUFFERS);
        options.setLevel0FileNumCompactionTrigger(MERGED_FROM);
    }

    @Override
    public void close(String storeName, Options options) {
        // What is shared outlives the store; the rest Kafka Streams has made and closes.
    }
}
