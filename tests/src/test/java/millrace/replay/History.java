package millrace.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What was produced to one topic, as a function of a seed: records in the order of each partition, with disorder, late
 * ones, duplicates and skew. The same history serves the live run and every replay.
 */
final class History {
    /** One record. */
    record Event(int partition, long id, String who, Long amount, Double weight, long at) {
        Object[] row() {
            return new Object[] {id, who, amount, weight, at};
        }
    }

    private final List<Event> events = new ArrayList<>();

    /**
     * @param startMicros event time of the first
     * @param perPartition how many records the fullest partition has; others have fewer
     */
    History(long seed, int partitions, int perPartition, long startMicros) {
        Random random = new Random(seed);
        List<List<Event>> byPartition = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            byPartition.add(partition(random, p, Math.max(3, perPartition * (p + 1) / partitions), perPartition,
                    startMicros));
        }
        // As a consumer might have seen them: partitions advance unevenly.
        int[] next = new int[partitions];
        int left = byPartition.stream().mapToInt(List::size).sum();
        while (left > 0) {
            int p = random.nextInt(partitions);
            for (int burst = 1 + random.nextInt(200); burst > 0 && next[p] < byPartition.get(p).size(); burst--) {
                events.add(byPartition.get(p).get(next[p]++));
                left--;
            }
        }
    }

    private static List<Event> partition(Random random, int partition, int count, int most, long start) {
        List<Event> events = new ArrayList<>();
        long span = most * 50_000L;
        for (int i = 0; i < count; i++) {
            long at = start + (long) (span * (double) i / count);
            int kind = random.nextInt(100);
            at -= kind < 2
                    ? random.nextInt(60_000_000)
                    : kind < 10 ? random.nextInt(9_000_000) : random.nextInt(1_900_000);
            long id = partition * 1_000_000L + i;
            String who = random.nextInt(10) < 6 ? "hot" : random.nextInt(20) == 0 ? null : "w" + random.nextInt(30);
            Event event = new Event(partition, id, who, random.nextInt(15) == 0 ? null : (long) random.nextInt(1000),
                    random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10), at);
            events.add(event);
            if (random.nextInt(50) == 0) {
                events.add(event);
            }
        }
        return events;
    }

    List<Event> events() {
        return events;
    }
}
