package millrace.topology.aggregate;

import java.util.Arrays;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;

/**
 * How many different hashes were seen, about: 4096 registers, each with the longest run of zeros among the hashes that
 * fell to it. A standard error of 1.6 %. Registers only grow and merge by maximum, so order does not matter and repeats
 * do not count; nothing can be taken back.
 *
 * <p>
 * As long as no more than 512 registers are set, only those are kept. The estimate is that of Otmar Ertl, "New
 * cardinality estimation algorithms for HyperLogLog sketches" (2017), which is without bias at all sizes and has no
 * tables.
 */
final class HyperLogLog {
    private static final int PRECISION = 12;
    private static final int REGISTERS = 1 << PRECISION;
    /** Bits of a hash that do not choose the register. */
    private static final int REST = Long.SIZE - PRECISION;
    private static final int MOST_SPARSE = 512;
    /** 1 / (2 ln 2). */
    private static final double ALPHA = 0.7213475204444817;

    /** Sorted; {@code register << 8 | rank}. Unused once {@link #ranks} is there. */
    private int[] sparse = new int[4];
    private int size;
    private byte[] ranks;

    void add(long hash) {
        int register = (int) (hash >>> REST);
        // A one behind the last bit ends the run.
        offer(register, Long.numberOfLeadingZeros(hash << PRECISION | 1L << PRECISION - 1) + 1);
    }

    private void offer(int register, int rank) {
        if (ranks != null) {
            if (rank > ranks[register]) {
                ranks[register] = (byte) rank;
            }
            return;
        }
        int at = firstNotBelow(register << 8);
        if (at < size && sparse[at] >>> 8 == register) {
            if (rank > (sparse[at] & 0xff)) {
                sparse[at] = register << 8 | rank;
            }
        } else if (size == MOST_SPARSE) {
            ranks = new byte[REGISTERS];
            for (int i = 0; i < size; i++) {
                ranks[sparse[i] >>> 8] = (byte) sparse[i];
            }
            sparse = null;
            ranks[register] = (byte) rank;
        } else {
            if (size == sparse.length) {
                sparse = Arrays.copyOf(sparse, size * 2);
            }
            System.arraycopy(sparse, at, sparse, at + 1, size - at);
            sparse[at] = register << 8 | rank;
            size++;
        }
    }

    private int firstNotBelow(int key) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sparse[middle] < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    void merge(HyperLogLog other) {
        if (other.ranks != null) {
            for (int i = 0; i < REGISTERS; i++) {
                if (other.ranks[i] != 0) {
                    offer(i, other.ranks[i]);
                }
            }
        } else {
            for (int i = 0; i < other.size; i++) {
                offer(other.sparse[i] >>> 8, other.sparse[i] & 0xff);
            }
        }
    }

    long estimate() {
        int[] withRank = new int[REST + 2];
        if (ranks != null) {
            for (byte rank : ranks) {
                withRank[rank]++;
            }
        } else {
            withRank[0] = REGISTERS - size;
            for (int i = 0; i < size; i++) {
                withRank[sparse[i] & 0xff]++;
            }
        }
        if (withRank[0] == REGISTERS) {
            return 0;
        }
        double m = REGISTERS;
        double z = m * tau(1 - withRank[REST + 1] / m);
        for (int rank = REST; rank >= 1; rank--) {
            z = 0.5 * (z + withRank[rank]);
        }
        z += m * sigma(withRank[0] / m);
        return Math.round(ALPHA * m * m / z);
    }

    /** {@code x + sum of x^(2^k) 2^(k-1)}, for x below 1: what the empty registers say. */
    private static double sigma(double x) {
        double y = 1;
        double z = x;
        double before;
        do {
            x *= x;
            before = z;
            z += x * y;
            y += y;
        } while (z != before);
        return z;
    }

    /** What the registers that are full say. */
    private static double tau(double x) {
        if (x == 0 || x == 1) {
            return 0;
        }
        double y = 1;
        double z = 1 - x;
        double before;
        do {
            x = Math.sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        } while (z != before);
        return z / 3;
    }

    void write(StateOutput out) {
        out.writeBoolean(ranks != null);
        if (ranks != null) {
            out.writeRaw(ranks, 0, REGISTERS);
            return;
        }
        out.writeInt(size);
        int before = 0;
        for (int i = 0; i < size; i++) {
            out.writeInt(sparse[i] - before);
            before = sparse[i];
        }
    }

    static HyperLogLog read(StateInput in) {
        HyperLogLog read = new HyperLogLog();
        if (in.readBoolean()) {
            read.sparse = null;
            read.ranks = in.readRaw(REGISTERS);
            return read;
        }
        read.size = in.readInt();
        read.sparse = new int[Math.max(4, Integer.highestOneBit(Math.max(1, read.size)) * 2)];
        int before = 0;
        for (int i = 0; i < read.size; i++) {
            before += in.readInt();
            read.sparse[i] = before;
        }
        return read;
    }
}
