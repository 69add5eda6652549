package millrace.topology.aggregate;

import java.math.BigInteger;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;

/** An integer of a fixed number of 64-bit words, in two's complement, the lowest first; it wraps around. */
final class WideInteger {
    private final long[] words;

    /** Zero. */
    WideInteger(int size) {
        words = new long[size];
    }

    void add(long x) {
        addFrom(0, x, x >> 63);
    }

    /** Adds {@code high * 2^64 + low}, where {@code low} is unsigned. */
    void add(long high, long low) {
        long carry = addAt(0, low, 0);
        addFrom(1, high, high >> 63, carry);
    }

    void subtract(long high, long low) {
        add(~high, ~low);
        add(1);
    }

    /** Adds what may need more than 128 bits. */
    void add(BigInteger x) {
        long carry = 0;
        for (int i = 0; i < words.length; i++) {
            carry = addAt(i, x.longValue(), carry);
            x = x.shiftRight(64);
        }
    }

    void add(WideInteger other) {
        long carry = 0;
        for (int i = 0; i < words.length; i++) {
            carry = addAt(i, other.words[i], carry);
        }
    }

    private void addFrom(int from, long first, long rest) {
        addFrom(from, first, rest, 0);
    }

    private void addFrom(int from, long first, long rest, long carry) {
        carry = addAt(from, first, carry);
        for (int i = from + 1; i < words.length && carry + rest != 0; i++) {
            carry = addAt(i, rest, carry);
        }
    }

    private long addAt(int i, long x, long carry) {
        long before = words[i];
        long sum = before + x + carry;
        words[i] = sum;
        // The carry out of before + x + carry: where both top bits were set, or one was and the sum's is not.
        return ((before & x) | ((before | x) & ~sum)) >>> 63;
    }

    BigInteger toBigInteger() {
        byte[] bytes = new byte[words.length * 8];
        for (int i = 0; i < bytes.length; i++) {
            bytes[bytes.length - 1 - i] = (byte) (words[i / 8] >> i % 8 * 8);
        }
        return new BigInteger(bytes);
    }

    void write(StateOutput out) {
        int size = words.length;
        while (size > 1 && words[size - 1] == words[size - 2] >> 63) {
            size--;
        }
        out.writeByte(size);
        for (int i = 0; i < size; i++) {
            out.writeLong(words[i]);
        }
    }

    /** Into a zero. */
    WideInteger read(StateInput in) {
        int size = in.readByte();
        for (int i = 0; i < size; i++) {
            words[i] = in.readLong();
        }
        for (int i = size; i < words.length; i++) {
            words[i] = words[i - 1] >> 63;
        }
        return this;
    }
}
