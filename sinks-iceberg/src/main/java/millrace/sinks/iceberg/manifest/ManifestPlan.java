package millrace.sinks.iceberg.manifest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which manifests of data files are written anew, and into how many. */
sealed interface ManifestPlan {
    /** Percent of the target that one is to be filled to: ranges are not equally large, and a little too much makes two. */
    long FILLED = 75;

    /** They are good as they are. */
    record Leave() implements ManifestPlan {}

    /**
     * These are.
     *
     * @param paths of the manifests
     * @param bytes of them together
     * @param into how many, at best
     */
    record Rewrite(Set<String> paths, long bytes, int into) implements ManifestPlan {}

    /**
     * A manifest.
     *
     * @param lower the least value of the first partition column among its files, and {@code upper} the greatest; null if
     *        the table has no partitions, or the value is not known
     */
    record Known<V>(String path, long bytes, V lower, V upper) {
        /**
         * Whether it goes on behind a value: those side by side may share one, and those of one value alone cannot be
         * sorted better.
         */
        private boolean goesBeyond(V value, Comparator<? super V> order) {
            return order.compare(lower, value) <= 0 && order.compare(value, upper) < 0;
        }
    }

    /**
     * Small ones go together once they are many, and large ones are sorted if their partitions overlap. A large one that
     * lies well is left alone, however often its table is looked at.
     *
     * @param order of the partition column's values
     */
    static <V> ManifestPlan of(List<Known<V>> manifests, ManifestRules rules, Comparator<? super V> order) {
        List<Known<V>> large = manifests.stream().filter(m -> m.bytes() >= rules.target() / 2).toList();
        List<Known<V>> chosen = new ArrayList<>();
        if (manifests.size() - large.size() >= rules.small()) {
            manifests.stream().filter(m -> m.bytes() < rules.target() / 2).forEach(chosen::add);
        }
        if (depth(large, order) >= rules.deep()) {
            chosen.addAll(large);
        }
        if (chosen.isEmpty()) {
            return new Leave();
        }
        long bytes = chosen.stream().mapToLong(Known::bytes).sum();
        return new Rewrite(chosen.stream().map(Known::path).collect(Collectors.toUnmodifiableSet()), bytes,
                (int) Math.max(1, Math.ceilDiv(bytes, rules.target() * FILLED / 100)));
    }

    /** How many manifests lie across the first partition of one of them, on average; none where nothing is known. */
    private static <V> double depth(List<Known<V>> manifests, Comparator<? super V> order) {
        List<Known<V>> known = manifests.stream().filter(m -> m.lower() != null).toList();
        return known.stream().mapToLong(one -> known.stream().filter(m -> m.goesBeyond(one.lower(), order)).count())
                .average().orElse(0);
    }
}
