package millrace.statestores.index;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the live row of each key stands: in which file, at which position. Keys are bytes; those of one shard begin with
 * its two bytes, so that a shard can be forgotten as a whole. It can be made anew from the table, so it keeps no log: after
 * a crash it is as of one of its last {@link #apply}s, or empty. One thread uses it.
 */
public interface KeyIndex extends AutoCloseable {
    /** The place of a key that has no live row. */
    long NOWHERE = -1;
    /** How many bytes a shard takes at the front of a key. */
    int SHARD_BYTES = 2;

    /** What the owner wrote with the newest {@link #apply}; empty of an index that is empty or was left half built. */
    Optional<String> tag();

    /** The number that places name a file by; one is given to a location that has none. */
    int fileOf(String location);

    /** The location of a file's number; nothing if it was forgotten. No other file ever gets it. */
    Optional<String> locationOf(int file);

    /**
     * The places of keys in their order, {@link #NOWHERE} for those that have none.
     *
     * @param sorted ascending as unsigned bytes, which is what makes many look-ups cheap
     */
    long[] find(List<byte[]> sorted);

    /** Changes to be applied together. */
    Changes changes();

    /** Makes the changes, all or none of them, and remembers the tag. */
    void apply(Changes changes, String tag);

    /** Makes changes of an index that is being built: it has no tag until the next {@link #apply}. */
    void load(Changes changes);

    /** Forgets every key of a shard; the tag is gone until the next {@link #apply}. */
    void forget(int shard);

    /** Forgets everything. */
    void clear();

    /**
     * Goes on through all keys in their order.
     *
     * @param after the key that was visited last; empty to begin
     * @param most how many at once
     * @return the key visited last; empty if there are no more
     */
    Optional<byte[]> visit(Optional<byte[]> after, int most, Visitor visitor);

    /** Forgets the numbers of files; no place of a key may be in one. */
    void forgetFiles(Set<String> locations);

    /** Forgets the numbers of all other files; no place of a live row may be in one. */
    void keepFiles(Set<String> locations);

    /** How many keys there are, about. */
    long keys();

    /** Bytes on disk. */
    long diskBytes();

    @Override
    void close();

    /** A place as one number. */
    static long place(int file, long position) {
        if (position >>> 32 != 0) {
            throw new IllegalArgumentException("a file with more than 2^32 rows");
        }
        return (long) file << 32 | position;
    }

    /** The file of a place. */
    static int file(long place) {
        return (int) (place >>> 32);
    }

    /** The position in the file of a place. */
    static long position(long place) {
        return place & 0xffff_ffffL;
    }

    /** Is told of keys. */
    interface Visitor {
        void key(byte[] key, long place);
    }

    /** Changes in their order; a later one of a key wins. */
    interface Changes {
        /** @param place or {@link #NOWHERE} to remove the key */
        void put(byte[] key, long place);

        int size();
    }
}
