package millrace.sinks.iceberg.rewrite;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    /** Of so many groups one is the one that has waited longest. */
    private static final int PATIENCE = 4;
    /** Files that leave together, which one message names. */
    private static final int MOST_LEAVING = 256;

    private final RewriteRules rules;
    private final Order order;
    private final Instant now;
    private final List<Group> groups = new ArrayList<>();
    private final List<TableFile> leaving = new ArrayList<>();

    /** How the rows of the table's files are ordered. */
    public enum Order {
        /** They are not. */
        NONE,
        /** By columns: files that are keep it when they are put together. */
        SORTED,
        /** Along a {@link millrace.sinks.iceberg.table.ZOrder}, which is another one for all the rows of other files. */
        Z_CURVE
    }

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
        /** It lies in a settled partition and has not been put along the table's curve. */
        NOT_ORDERED,
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

    private RewritePlan(RewriteRules rules, Order order, Instant now) {
        this.rules = rules;
        this.order = order;
        this.now = now;
    }

    /**
     * Groups that have no file in common, the most worthwhile first; but every fourth is the one that has waited longest,
     * since a partition that gets most of the files always has one that is worth more.
     */
    public static List<Group> of(Collection<TableFile> files, RewriteRules rules, Order order, Instant now) {
        RewritePlan plan = new RewritePlan(rules, order, now);
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
        return plan.inTurn();
    }

    private List<Group> inTurn() {
        Deque<Group> byWorth = new ArrayDeque<>(groups.stream()
                .sorted(Comparator.comparingDouble(RewritePlan::worth).reversed()).toList());
        Deque<Group> byWaiting = new ArrayDeque<>(groups.stream().filter(g -> Double.isFinite(worth(g)))
                .sorted(Comparator.comparing(RewritePlan::waitingSince)).toList());
        Set<Group> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Group> inTurn = new ArrayList<>();
        while (!byWorth.isEmpty()) {
            Deque<Group> next = inTurn.size() % PATIENCE == PATIENCE - 1 && !byWaiting.isEmpty() ? byWaiting : byWorth;
            Group group = next.remove();
            if (taken.add(group)) {
                inTurn.add(group);
            }
        }
        return inTurn;
    }

    /** When the last of its files came. */
    private static Instant waitingSince(Group group) {
        return group.files().stream().map(TableFile::added).max(Comparator.naturalOrder()).orElseThrow();
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
        boolean settled = isSettled(files);
        List<TableFile> small = new ArrayList<>();
        for (TableFile file : files) {
            if (rules.isSmall(file)) {
                small.add(file);
            } else {
                alone(file, settled);
            }
        }
        small.sort(Comparator.comparingLong(TableFile::bytes).thenComparing(TableFile::location));
        List<TableFile> open = new ArrayList<>();
        long bytes = 0;
        for (TableFile file : small) {
            boolean full = bytes + file.bytes() > rules.targetBytes() || open.size() == rules.mostFiles();
            boolean outweighs = !settled && file.bytes() > bytes && isWorthwhile(open);
            if (full || outweighs || !fitsInMemory(open, file)) {
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
            if (!open.isEmpty() && (full || !fitsInMemory(open, file))) {
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
            open.forEach(file -> alone(file, settled));
        }
    }

    /** From the smallest on. */
    private boolean isWorthwhile(List<TableFile> files) {
        return files.size() >= rules.together() && files.stream().limit(files.size() - 1L)
                .mapToLong(TableFile::bytes).sum() >= files.get(files.size() - 1).bytes();
    }

    private void alone(TableFile file, boolean settled) {
        if (hasTooManyDead(file)) {
            groups.add(group(List.of(file), Why.DEAD_ROWS));
        } else if (settled && order == Order.Z_CURVE && !file.ordered() && fitsInMemory(List.of(), file)) {
            groups.add(group(List.of(file), Why.NOT_ORDERED));
        }
    }

    private boolean hasTooManyDead(TableFile file) {
        return file.deadRatio() >= rules.deadRatio();
    }

    /** Whether a file may be ordered together with these. */
    private boolean fitsInMemory(List<TableFile> open, TableFile next) {
        Stream<TableFile> all = Stream.concat(open.stream(), Stream.of(next));
        return switch (order) {
            case NONE -> true;
            case SORTED -> all.filter(f -> !f.ordered()).mapToLong(TableFile::bytes).sum() <= rules.mostSortedBytes();
            case Z_CURVE -> {
                List<TableFile> together = all.toList();
                yield together.stream().mapToLong(TableFile::bytes).sum() <= rules.mostCurvedBytes()
                        && together.stream().mapToLong(TableFile::rows).sum() <= rules.mostCurvedRows();
            }
        };
    }

    private Group group(List<TableFile> files, Why why) {
        long rows = files.stream().mapToLong(TableFile::rows).sum();
        long dead = files.stream().mapToLong(TableFile::dead).sum();
        long bytes = files.stream().mapToLong(TableFile::bytes).sum();
        boolean asTheyAre = order == Order.NONE && dead < rows * rules.deadRatio()
                && bytes / files.size() >= rules.copyFrom()
                && files.stream().noneMatch(f -> f.deletedByValue() || hasTooManyDead(f));
        List<TableFile> inOrder = new ArrayList<>(files);
        inOrder.sort(Comparator.comparing(TableFile::added).thenComparing(TableFile::location));
        return new Group(List.copyOf(inOrder), asTheyAre ? Way.COPY : Way.RECORDS, why);
    }
}
