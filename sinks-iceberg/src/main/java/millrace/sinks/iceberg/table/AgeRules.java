package millrace.sinks.iceberg.table;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of a table's partitions as they grow old. A partition's age is how long its time has been over; see
 * {@link millrace.sinks.iceberg.age}.
 *
 * @param keep rows of partitions that are older leave the table
 * @param tiers in the order of their ages
 */
public record AgeRules(Optional<Duration> keep, List<Tier> tiers) {
    public static final AgeRules NONE = new AgeRules(Optional.empty(), List.of());

    /**
     * A tier goes on with what it does not say of its own from the one before.
     *
     * @throws IllegalArgumentException if two tiers have one name or begin at one age, or rows leave before they come to
     *         a tier
     */
    public AgeRules {
        List<Tier> inOrder = new ArrayList<>();
        tiers.stream().sorted(Comparator.comparing(Tier::after))
                .forEach(t -> inOrder.add(inOrder.isEmpty() ? t : t.after(inOrder.get(inOrder.size() - 1))));
        tiers = List.copyOf(inOrder);
        wrong(keep, tiers).ifPresent(why -> {
            throw new IllegalArgumentException(why);
        });
    }

    /** Why these cannot be rules together, in a sentence; empty if they can. */
    public static Optional<String> wrong(Optional<Duration> keep, List<Tier> tiers) {
        Set<String> names = new HashSet<>();
        Set<Duration> ages = new HashSet<>();
        for (Tier tier : tiers) {
            if (!names.add(tier.name())) {
                return Optional.of("Two tiers are called " + tier.name() + ".");
            }
            if (!ages.add(tier.after())) {
                return Optional.of("Two tiers begin at the same age, one of them is " + tier.name()
                        + "; a partition can be in one only.");
            }
            if (keep.filter(k -> k.compareTo(tier.after()) <= 0).isPresent()) {
                return Optional.of(
                        "Rows never come to tier \"" + tier.name() + "\": they leave the table before.");
            }
        }
        return Optional.empty();
    }

    public boolean isEmpty() {
        return keep.isEmpty() && tiers.isEmpty();
    }

    /** The tier for an age; empty while it is too young for the first. */
    public Optional<Tier> tierAt(Duration age) {
        return tiers.stream().filter(t -> t.after().compareTo(age) <= 0).reduce((a, b) -> b);
    }

    /** Whether rows of an age leave the table. */
    public boolean isOver(Duration age) {
        return keep.isPresent() && age.compareTo(keep.get()) >= 0;
    }
}
