package millrace.sinks.iceberg.rewrite;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import millrace.sinks.iceberg.rewrite.TableFile.Standing;

/**
 * Which files of a table to put together. Pure.
 *
 * <p>
 * Small files of a partition are taken from the smallest on, and a group never has a file that is larger than the others
 * together: so a row is rewritten about as often as its file can double until it has the target's size, however small the
 * files are that come in.
 */
public final class RewritePlan {
    /** Files that leave together, which one message names. */
    private static final int MOST_LEAVING = 256;

    private final RewriteRules rules;
    private final boolean ordered;
    private final Instant now;
    private final List<Group> groups = new ArrayList<>();
    private final List<TableFile> leaving = new ArrayList<>();

    /** How a group is rewritten. */
    public enum Way {
        /** Column chunks are copied as they are, dead rows too. */
        COPY,
        /** Live rows are read and written. */
        RECORDS,
        /** Rows leave the table with their files, unread. */
        LEAVE
    }

    /** Why. */
    public enum Why {
        SMALL_FILES, DEAD_ROWS, SETTLED,
        /** They belong to another tier by their age. */
        OTHER_TIER,
        /** They are older than the table keeps them. */
        TOO_OLD
    }

    /**
     * Files to be rewritten together.
     *
     * @param files in the order in which they were added
     */
    public record Group(List<TableFile> files, Way way, Why why) {
        public long bytes() {
            return files.stream().mapToLong(TableFile::bytes).sum();
        }

        public Set<String> locations() {
            return files.stream().map(TableFile::location).collect(Collectors.toSet());
        }
    }

    /** Where a file's rows belong, and whether it lies there. */
    private record Belonging(String partition, Standing standing) {}

    private RewritePlan(RewriteRules rules, boolean ordered, Instant now) {
        this.rules = rules;
        this.ordered = ordered;
        this.now = now;
    }

    /**
     * Groups that have no file in common, the most worthwhile first.
     *
     * @param ordered whether the table has a sort order
     */
    public static List<Group> of(Collection<TableFile> files, RewriteRules rules, boolean ordered, Instant now) {
        RewritePlan plan = new RewritePlan(rules, ordered, now);
        Map<Belonging, List<TableFile>> together = new TreeMap<>(
                Comparator.comparing(Belonging::partition).thenComparing(Belonging::standing));
        files.forEach(f -> together.computeIfAbsent(new Belonging(f.partition(), f.standing()), p -> new ArrayList<>())
                .add(f));
        together.forEach((belonging, those) -> {
            switch (belonging.standing()) {
                case AT_HOME -> plan.partition(those);
                case ASTRAY -> plan.move(those);
                case OVER -> plan.leaveIfSettled(those);
            }
        });
        plan.leave();
        plan.groups.sort(Comparator.comparingDouble(RewritePlan::worth).reversed());
        return plan.groups;
    }

    /** Files that are saved, and dead rows, by what it costs. */
    private static double worth(Group group) {
        if (group.way() == Way.LEAVE) {
            return Double.POSITIVE_INFINITY;
        }
        if (group.why() == Why.OTHER_TIER) {
            // Readers gain the least by it, and its storage may be another, which does not answer.
            return Double.NEGATIVE_INFINITY;
        }
        long dead = group.files().stream().mapToLong(TableFile::dead).sum();
        long rows = group.files().stream().mapToLong(TableFile::rows).sum();
        double share = rows == 0 ? 0 : (double) dead / rows;
        return (group.files().size() - 1 + share * group.files().size()) / Math.max(1, group.bytes());
    }

    private void partition(List<TableFile> files) {
        List<TableFile> small = new ArrayList<>();
        for (TableFile file : files) {
            if (rules.isSmall(file)) {
                small.add(file);
            } else if (hasTooManyDead(file)) {
                groups.add(group(List.of(file), Why.DEAD_ROWS));
            }
        }
        boolean settled = isSettled(files);
        small.sort(Comparator.comparingLong(TableFile::bytes).thenComparing(TableFile::location));
        List<TableFile> open = new ArrayList<>();
        long bytes = 0;
        for (TableFile file : small) {
            boolean full = bytes + file.bytes() > rules.targetBytes() || open.size() == rules.mostFiles();
            boolean outweighs = !settled && file.bytes() > bytes && isWorthwhile(open);
            if (full || outweighs || ordered && !fitsInMemory(open, file)) {
                close(open, settled);
                open = new ArrayList<>();
                bytes = 0;
            }
            open.add(file);
            bytes += file.bytes();
        }
        close(open, settled);
    }

    private boolean isSettled(List<TableFile> files) {
        Instant newest = files.stream().map(TableFile::added).max(Comparator.naturalOrder()).orElseThrow();
        return !newest.plus(rules.settled()).isAfter(now);
    }

    /** All of it, whatever its size; but what still gets files waits until some have come together. */
    private void move(List<TableFile> files) {
        if (!isSettled(files) && files.size() < rules.together()) {
            return;
        }
        files.sort(Comparator.comparing(TableFile::added).thenComparing(TableFile::location));
        List<TableFile> open = new ArrayList<>();
        long bytes = 0;
        for (TableFile file : files) {
            boolean full = bytes + file.bytes() > rules.targetBytes() || open.size() == rules.mostFiles();
            if (!open.isEmpty() && (full || ordered && !fitsInMemory(open, file))) {
                groups.add(new Group(List.copyOf(open), Way.RECORDS, Why.OTHER_TIER));
                open.clear();
                bytes = 0;
            }
            open.add(file);
            bytes += file.bytes();
        }
        groups.add(new Group(List.copyOf(open), Way.RECORDS, Why.OTHER_TIER));
    }

    private void leaveIfSettled(List<TableFile> files) {
        if (isSettled(files)) {
            leaving.addAll(files);
        }
    }

    /** Nothing is read of them, so it does not matter which partitions they are of. */
    private void leave() {
        leaving.sort(Comparator.comparing(TableFile::added).thenComparing(TableFile::location));
        for (int from = 0; from < leaving.size(); from += MOST_LEAVING) {
            groups.add(new Group(List.copyOf(leaving.subList(from, Math.min(leaving.size(), from + MOST_LEAVING))),
                    Way.LEAVE, Why.TOO_OLD));
        }
    }

    private void close(List<TableFile> open, boolean settled) {
        if (isWorthwhile(open)) {
            groups.add(group(open, Why.SMALL_FILES));
        } else if (settled && open.size() > 1) {
            groups.add(group(open, Why.SETTLED));
        } else {
            open.forEach(this::alone);
        }
    }

    /** From the smallest on. */
    private boolean isWorthwhile(List<TableFile> files) {
        return files.size() >= rules.together() && files.stream().limit(files.size() - 1L)
                .mapToLong(TableFile::bytes).sum() >= files.get(files.size() - 1).bytes();
    }

    private void alone(TableFile file) {
        if (hasTooManyDead(file)) {
            groups.add(group(List.of(file), Why.DEAD_ROWS));
        }
    }

    private boolean hasTooManyDead(TableFile file) {
        return file.deadRatio() >= rules.deadRatio();
    }

    private boolean fitsInMemory(List<TableFile> open, TableFile next) {
        return open.stream().filter(f -> !f.sorted()).mapToLong(TableFile::bytes).sum()
                + (next.sorted() ? 0 : next.bytes()) <= rules.mostSortedBytes();
    }

    private Group group(List<TableFile> files, Why why) {
        long rows = files.stream().mapToLong(TableFile::rows).sum();
        long dead = files.stream().mapToLong(TableFile::dead).sum();
        long bytes = files.stream().mapToLong(TableFile::bytes).sum();
        boolean asTheyAre = !ordered && dead < rows * rules.deadRatio() && bytes / files.size() >= rules.copyFrom()
                && files.stream().noneMatch(f -> f.deletedByValue() || hasTooManyDead(f));
        List<TableFile> inOrder = new ArrayList<>(files);
        inOrder.sort(Comparator.comparing(TableFile::added).thenComparing(TableFile::location));
        return new Group(List.copyOf(inOrder), asTheyAre ? Way.COPY : Way.RECORDS, why);
    }
}
