package millrace.statestores.rocksdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.statestores.index.KeyIndex;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A {@link KeyIndex} in a folder of its own, within the process's memory for RocksDB. Beside the keys it holds the numbers
 * of files and the tag, told apart by their first byte.
 */
public final class RocksKeyIndex implements KeyIndex {
    private static final byte KEY = 'k';
    private static final byte FILE = 'f';
    private static final byte[] TAG = {'t'};
    private static final byte[] NEXT_FILE = {'n'};
    private static final int PER_LOOK_UP = 4096;
    /** An index is written in large batches, and few of them are open. */
    private static final long WRITE_BUFFER = 16L << 20;
    private static final double BLOOM_BITS = 10;

    private final Options options;
    private final BloomFilter bloom;
    private final WriteOptions logged;
    private final WriteOptions unlogged;
    private final RocksDB db;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<Integer, String> locations = new HashMap<>();
    private int nextFile;
    private boolean tagged;

    private RocksKeyIndex(Path folder, Map<String, Object> configs) {
        RocksDB.loadLibrary();
        bloom = new BloomFilter(BLOOM_BITS, false);
        options = new Options().setCreateIfMissing(true).setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setTableFormatConfig(new BlockBasedTableConfig().setFilterPolicy(bloom));
        new StateMemory().setConfig(folder.toString(), options, configs);
        options.setWriteBufferSize(WRITE_BUFFER);
        logged = new WriteOptions();
        unlogged = new WriteOptions().setDisableWAL(true);
        try {
            Files.createDirectories(folder);
            db = openOrDiscard(folder);
            tagged = db.get(TAG) != null;
            readFiles();
        } catch (RocksDBException e) {
            release();
            throw failed(e);
        } catch (IOException e) {
            release();
            throw new UncheckedIOException(e);
        }
    }

    /** What is damaged is made anew from the table, as what is lost is. */
    private RocksDB openOrDiscard(Path folder) throws RocksDBException {
        try {
            return RocksDB.open(options, folder.toString());
        } catch (RocksDBException e) {
            if (e.getStatus() == null || e.getStatus().getCode() != Status.Code.Corruption) {
                throw e;
            }
            RocksDB.destroyDB(folder.toString(), options);
            return RocksDB.open(options, folder.toString());
        }
    }

    /**
     * Opens the index in a folder, or an empty one.
     *
     * @param configs of the process, {@link StateMemory#BUDGET} among them
     * @throws UncheckedIOException if the folder cannot be used
     */
    public static RocksKeyIndex open(Path folder, Map<String, Object> configs) {
        return new RocksKeyIndex(folder, configs);
    }

    private void readFiles() throws RocksDBException {
        try (RocksIterator i = db.newIterator()) {
            for (i.seek(new byte[] {FILE}); i.isValid() && i.key()[0] == FILE; i.next()) {
                int number = ByteBuffer.wrap(i.key(), 1, Integer.BYTES).getInt();
                String location = new String(i.value(), StandardCharsets.UTF_8);
                numbers.put(location, number);
                locations.put(number, location);
                nextFile = Math.max(nextFile, number + 1);
            }
            byte[] next = db.get(NEXT_FILE);
            nextFile = next == null ? nextFile : Math.max(nextFile, ByteBuffer.wrap(next).getInt());
        }
    }

    @Override
    public Optional<String> tag() {
        try {
            return Optional.ofNullable(db.get(TAG)).map(t -> new String(t, StandardCharsets.UTF_8));
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public int fileOf(String location) {
        Integer known = numbers.get(location);
        if (known != null) {
            return known;
        }
        int number = nextFile++;
        try {
            db.put(logged, fileKey(number), location.getBytes(StandardCharsets.UTF_8));
        } catch (RocksDBException e) {
            throw failed(e);
        }
        numbers.put(location, number);
        locations.put(number, location);
        return number;
    }

    @Override
    public Optional<String> locationOf(int file) {
        return Optional.ofNullable(locations.get(file));
    }

    @Override
    public long[] find(List<byte[]> sorted) {
        long[] places = new long[sorted.size()];
        List<byte[]> keys = new ArrayList<>(Math.min(PER_LOOK_UP, sorted.size()));
        try {
            for (int from = 0; from < places.length; from += PER_LOOK_UP) {
                int to = Math.min(places.length, from + PER_LOOK_UP);
                keys.clear();
                for (int i = from; i < to; i++) {
                    keys.add(keyKey(sorted.get(i)));
                }
                List<byte[]> found = db.multiGetAsList(keys);
                for (int i = from; i < to; i++) {
                    byte[] value = found.get(i - from);
                    places[i] = value == null ? NOWHERE : ByteBuffer.wrap(value).getLong();
                }
            }
        } catch (RocksDBException e) {
            throw failed(e);
        }
        return places;
    }

    @Override
    public Changes changes() {
        return new Batch();
    }

    @Override
    public void apply(Changes changes, String tag) {
        try (Batch batch = (Batch) changes) {
            batch.writes.put(TAG, tag.getBytes(StandardCharsets.UTF_8));
            if (!tagged) {
                // What was loaded has no log: on disk it has to be before anybody is told that the index is whole.
                flush();
            }
            db.write(logged, batch.writes);
            tagged = true;
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public void load(Changes changes) {
        untag();
        try (Batch batch = (Batch) changes) {
            db.write(unlogged, batch.writes);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    private void untag() {
        if (tagged) {
            try {
                db.delete(logged, TAG);
                tagged = false;
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }
    }

    private void flush() throws RocksDBException {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait);
        }
    }

    @Override
    public void forget(int shard) {
        untag();
        deleteRange(ByteBuffer.allocate(1 + SHARD_BYTES).put(KEY).putShort((short) shard).array(),
                ByteBuffer.allocate(1 + SHARD_BYTES).put(KEY).putShort((short) (shard + 1)).array());
    }

    @Override
    public void clear() {
        untag();
        deleteRange(new byte[] {0}, new byte[] {(byte) 0xff});
        numbers.clear();
        locations.clear();
        nextFile = 0;
    }

    private void deleteRange(byte[] from, byte[] to) {
        try {
            db.deleteRange(logged, from, to);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public Optional<byte[]> visit(Optional<byte[]> after, int most, Visitor visitor) {
        // What is visited once need not push out what is looked up all the time.
        try (ReadOptions once = new ReadOptions().setFillCache(false); RocksIterator i = db.newIterator(once)) {
            byte[] from = after.map(RocksKeyIndex::keyKey).orElse(new byte[] {KEY});
            i.seek(from);
            if (after.isPresent() && i.isValid() && Arrays.equals(i.key(), from)) {
                i.next();
            }
            byte[] last = null;
            int count = 0;
            for (; i.isValid() && i.key()[0] == KEY && count < most; i.next(), count++) {
                byte[] key = i.key();
                last = Arrays.copyOfRange(key, 1, key.length);
                visitor.key(last, ByteBuffer.wrap(i.value()).getLong());
            }
            i.status();
            return count == most ? Optional.of(last) : Optional.empty();
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public void forgetFiles(Set<String> locations) {
        Set<String> kept = new HashSet<>(numbers.keySet());
        kept.removeAll(locations);
        keepFiles(kept);
    }

    @Override
    public void keepFiles(Set<String> kept) {
        try (WriteBatch writes = new WriteBatch()) {
            // A place that nobody has forgotten must not come to mean a row of another file.
            writes.put(NEXT_FILE, ByteBuffer.allocate(Integer.BYTES).putInt(nextFile).array());
            for (String location : List.copyOf(numbers.keySet())) {
                if (!kept.contains(location)) {
                    int number = numbers.remove(location);
                    locations.remove(number);
                    writes.delete(fileKey(number));
                }
            }
            db.write(logged, writes);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public long keys() {
        return property("rocksdb.estimate-num-keys");
    }

    @Override
    public long diskBytes() {
        return property("rocksdb.total-sst-files-size");
    }

    private long property(String name) {
        try {
            return db.getLongProperty(name);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        db.close();
        release();
    }

    private void release() {
        logged.close();
        unlogged.close();
        options.close();
        bloom.close();
    }

    private static byte[] keyKey(byte[] key) {
        byte[] prefixed = new byte[key.length + 1];
        prefixed[0] = KEY;
        System.arraycopy(key, 0, prefixed, 1, key.length);
        return prefixed;
    }

    private static byte[] fileKey(int number) {
        return ByteBuffer.allocate(1 + Integer.BYTES).put(FILE).putInt(number).array();
    }

    private static UncheckedIOException failed(RocksDBException e) {
        return new UncheckedIOException(new IOException("the index of keys cannot be used: " + e.getMessage(), e));
    }

    private static final class Batch implements Changes, AutoCloseable {
        private final WriteBatch writes = new WriteBatch();

        @Override
        public void put(byte[] key, long place) {
            try {
                if (place == NOWHERE) {
                    writes.delete(keyKey(key));
                } else {
                    writes.put(keyKey(key), ByteBuffer.allocate(Long.BYTES).putLong(place).array());
                }
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }

        @Override
        public int size() {
            return writes.count();
        }

        @Override
        public void close() {
            writes.close();
        }
    }
}
