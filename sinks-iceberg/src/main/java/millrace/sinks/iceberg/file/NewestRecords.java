package millrace.sinks.iceberg.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The newest record of each name, numbered from 0 on as their names first come. They lie in few large arrays; a record takes
 * the room of the one it replaces, unless it is much longer; room that is lost so is won back when there is much of it.
 *
 * <pre>
 *   name -> hash -> number -> page, offset: room | number | lengths | partition | offset | name | sort key | value
 * </pre>
 */
final class NewestRecords {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int PAGE = 1 << 20;
    private static final int ROOM = 0;
    private static final int NUMBER = 4;
    private static final int NAME_LENGTH = 8;
    private static final int ORDER_LENGTH = 12;
    private static final int VALUE_LENGTH = 16;
    private static final int PARTITION = 20;
    private static final int OFFSET = 24;
    private static final int HEADER = 32;
    private static final int NONE = -1;
    private static final long MOST_LOST = 2 * PAGE;
    /** Of each record in the arrays beside the pages. */
    private static final int OVERHEAD = 24;

    private final List<byte[]> pages = new ArrayList<>();
    private int used = PAGE;
    private long pageBytes;
    /** Of the pages, what records have left. */
    private long lost;
    private long[] places = new long[1 << 10];
    private int[] hashes = new int[1 << 10];
    private int[] table = new int[1 << 11];
    private int size;

    int size() {
        return size;
    }

    /** What they take, in bytes; what is lost beside that is at most a third as much. */
    long bytes() {
        long unused = pages.isEmpty() ? 0 : pages.get(pages.size() - 1).length - used;
        return pageBytes - unused - lost + (long) size * OVERHEAD;
    }

    /**
     * @param order what the record is sorted by; null if that is its name
     * @param value null of a delete
     */
    void put(byte[] name, byte[] order, int partition, long offset, byte[] value) {
        int needed = HEADER + name.length + (order == null ? 0 : order.length) + (value == null ? 0 : value.length);
        int record = recordOf(name);
        if (record < size && room(record) >= needed) {
            write(record, name, order, partition, offset, value);
            return;
        }
        // The next record of the name is often a little longer, and what it does not fit into is lost.
        int room = Math.addExact(needed, needed / 8);
        if (record == size) {
            size++;
        } else {
            lost += room(record);
        }
        place(record, room);
        write(record, name, order, partition, offset, value);
        if (lost > MOST_LOST && lost > pageBytes / 4) {
            squeeze();
        }
    }

    private void place(int record, int room) {
        byte[] page = roomFor(room);
        places[record] = (long) (pages.size() - 1) << Integer.SIZE | used;
        INTS.set(page, used + ROOM, room);
        INTS.set(page, used + NUMBER, record);
        used += room;
    }

    /** Puts the records together in their order; each old page goes when it has been read. */
    private void squeeze() {
        List<byte[]> old = new ArrayList<>(pages);
        pages.clear();
        used = PAGE;
        pageBytes = 0;
        lost = 0;
        for (int p = 0; p < old.size(); p++) {
            byte[] page = old.set(p, null);
            int at = 0;
            while (at + HEADER <= page.length && (int) INTS.get(page, at + ROOM) > 0) {
                int room = (int) INTS.get(page, at + ROOM);
                int record = (int) INTS.get(page, at + NUMBER);
                // A record's last place is behind all that it has left.
                if (places[record] == ((long) p << Integer.SIZE | at)) {
                    place(record, room);
                    System.arraycopy(page, at, pages.get(page(record)), start(record), room);
                }
                at += room;
            }
        }
    }

    private byte[] roomFor(int needed) {
        if (pages.isEmpty() || used + needed > pages.get(pages.size() - 1).length) {
            byte[] page = new byte[Math.max(PAGE, needed)];
            pages.add(page);
            pageBytes += page.length;
            used = 0;
        }
        return pages.get(pages.size() - 1);
    }

    private void write(int record, byte[] name, byte[] order, int partition, long offset, byte[] value) {
        byte[] page = pages.get(page(record));
        int at = start(record);
        INTS.set(page, at + NAME_LENGTH, name.length);
        INTS.set(page, at + ORDER_LENGTH, order == null ? NONE : order.length);
        INTS.set(page, at + VALUE_LENGTH, value == null ? NONE : value.length);
        INTS.set(page, at + PARTITION, partition);
        LONGS.set(page, at + OFFSET, offset);
        int to = at + HEADER;
        System.arraycopy(name, 0, page, to, name.length);
        to += name.length;
        if (order != null) {
            System.arraycopy(order, 0, page, to, order.length);
            to += order.length;
        }
        if (value != null) {
            System.arraycopy(value, 0, page, to, value.length);
        }
    }

    /** The number of a name's record; {@link #size}, for which there is room, if it has none yet. */
    private int recordOf(byte[] name) {
        int hash = BytesDictionary.hash(name, 0, name.length);
        int mask = table.length - 1;
        int at = hash & mask;
        for (int record = table[at]; record != 0; record = table[at]) {
            if (hashes[record - 1] == hash && isNamed(record - 1, name)) {
                return record - 1;
            }
            at = at + 1 & mask;
        }
        if (size == places.length) {
            grow();
            return recordOf(name);
        }
        hashes[size] = hash;
        table[at] = size + 1;
        return size;
    }

    private void grow() {
        places = Arrays.copyOf(places, size * 2);
        hashes = Arrays.copyOf(hashes, size * 2);
        table = new int[size * 4];
        int mask = table.length - 1;
        for (int record = 0; record < size; record++) {
            int at = hashes[record] & mask;
            while (table[at] != 0) {
                at = at + 1 & mask;
            }
            table[at] = record + 1;
        }
    }

    private boolean isNamed(int record, byte[] name) {
        byte[] page = pages.get(page(record));
        int from = start(record) + HEADER;
        return name.length == length(record, NAME_LENGTH)
                && Arrays.equals(page, from, from + name.length, name, 0, name.length);
    }

    private int page(int record) {
        return (int) (places[record] >>> Integer.SIZE);
    }

    private int start(int record) {
        return (int) places[record];
    }

    private int room(int record) {
        return length(record, ROOM);
    }

    private int length(int record, int field) {
        return (int) INTS.get(pages.get(page(record)), start(record) + field);
    }

    byte[] name(int record) {
        int from = start(record) + HEADER;
        return Arrays.copyOfRange(pages.get(page(record)), from, from + length(record, NAME_LENGTH));
    }

    boolean isDelete(int record) {
        return length(record, VALUE_LENGTH) == NONE;
    }

    /** Of a record that is no delete. */
    byte[] value(int record) {
        int from = start(record) + HEADER + length(record, NAME_LENGTH) + Math.max(0, length(record, ORDER_LENGTH));
        return Arrays.copyOfRange(pages.get(page(record)), from, from + length(record, VALUE_LENGTH));
    }

    int partition(int record) {
        return length(record, PARTITION);
    }

    long offset(int record) {
        return (long) LONGS.get(pages.get(page(record)), start(record) + OFFSET);
    }

    /** All records, ascending by their names as unsigned bytes. */
    Integer[] byName() {
        return sorted(false);
    }

    /** All records, ascending by what they are sorted by as unsigned bytes. */
    Integer[] inOrder() {
        return sorted(true);
    }

    private Integer[] sorted(boolean inOrder) {
        long[] prefixes = new long[size];
        Integer[] records = new Integer[size];
        for (int record = 0; record < size; record++) {
            records[record] = record;
            prefixes[record] = BytesPrefix.of(pages.get(page(record)), keyStart(record, inOrder),
                    keyLength(record, inOrder));
        }
        Arrays.sort(records, (a, b) -> {
            int byPrefix = Long.compareUnsigned(prefixes[a], prefixes[b]);
            return byPrefix != 0 ? byPrefix : compare(a, b, inOrder);
        });
        return records;
    }

    private int compare(int record, int other, boolean inOrder) {
        int from = keyStart(record, inOrder);
        int otherFrom = keyStart(other, inOrder);
        return Arrays.compareUnsigned(pages.get(page(record)), from, from + keyLength(record, inOrder),
                pages.get(page(other)), otherFrom, otherFrom + keyLength(other, inOrder));
    }

    private boolean hasOrder(int record, boolean inOrder) {
        return inOrder && length(record, ORDER_LENGTH) != NONE;
    }

    private int keyStart(int record, boolean inOrder) {
        return start(record) + HEADER + (hasOrder(record, inOrder) ? length(record, NAME_LENGTH) : 0);
    }

    private int keyLength(int record, boolean inOrder) {
        return length(record, hasOrder(record, inOrder) ? ORDER_LENGTH : NAME_LENGTH);
    }

    /** Forgets all. */
    void clear() {
        pages.clear();
        used = PAGE;
        pageBytes = 0;
        lost = 0;
        places = new long[1 << 10];
        hashes = new int[1 << 10];
        table = new int[1 << 11];
        size = 0;
    }
}
