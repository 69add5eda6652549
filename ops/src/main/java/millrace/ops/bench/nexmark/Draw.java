package millrace.ops.bench.nexmark;

import java.util.random.RandomGenerator;

/** Draws the values of events. */
final class Draw {
    private final RandomGenerator random;

    Draw(RandomGenerator random) {
        this.random = random;
    }

    /** From 0 up to the bound, which is not reached. */
    long below(long bound) {
        return random.nextLong(bound);
    }

    String of(String[] values) {
        return values[random.nextInt(values.length)];
    }

    /** Cents from 1 to a million dollars; each factor of ten is as likely as the others. */
    long price() {
        // StrictMath, since Math.pow may differ in the last digit between machines.
        return Math.round(StrictMath.pow(10, random.nextDouble() * 6) * 100);
    }

    /** Words, from 3 to fewer than so many characters less what is blank at the ends. */
    String text(int most) {
        int length = 3 + random.nextInt(most - 3);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(random.nextInt(13) == 0 ? ' ' : (char) ('a' + random.nextInt(26)));
        }
        return text.toString().trim();
    }

    String digits(int count) {
        StringBuilder digits = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        return digits.toString();
    }

    /**
     * What a record of a size lacks on average to the size wanted, give or take a fifth. Half of the characters are
     * small letters, the others are those before them from H on, as other implementations have it.
     */
    String filler(int size, int wanted) {
        if (size >= wanted) {
            return "";
        }
        int lacking = wanted - size;
        int spread = (int) Math.round(lacking * 0.2);
        int length = lacking - spread + (spread == 0 ? 0 : random.nextInt(2 * spread));
        StringBuilder filler = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            filler.append((char) ('a' + random.nextInt() % 26));
        }
        return filler.toString();
    }
}
