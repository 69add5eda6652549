package millrace.sinks.iceberg.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.StreamSupport;
import millrace.sinks.iceberg.branch.TableBranches;
import millrace.sinks.iceberg.commit.TableCommitter;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.delete.CurrentFiles;
import millrace.sinks.iceberg.delete.DeadRows;
import millrace.sinks.iceberg.delete.DeleteMerge;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.keyed.Accounts;
import millrace.sinks.iceberg.keyed.KeyedRowFiles;
import millrace.sinks.iceberg.keyed.MapKeyIndex;
import millrace.sinks.iceberg.keyed.RowPlaces;
import millrace.sinks.iceberg.maintain.MaintenanceRules;
import millrace.sinks.iceberg.manifest.ManifestRules;
import millrace.sinks.iceberg.maintain.MaintenanceWorker;
import millrace.sinks.iceberg.publish.RangePublisher;
import millrace.sinks.iceberg.publish.RangeSource;
import millrace.sinks.iceberg.read.TableRows;
import millrace.sinks.iceberg.rewrite.Pace;
import millrace.sinks.iceberg.rewrite.RewriteRules;
import millrace.sinks.iceberg.stage.StageWorker;
import millrace.sinks.iceberg.table.AgeRules;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.WriterColumns;
import millrace.sinks.iceberg.table.Tier;
import millrace.sinks.iceberg.table.TierFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;

/**
 * Records that change rows by key, real workers and committers in one thread, and a real table in memory. A seed decides
 * who moves next and what fails. Whatever the table's position says, its rows are those that the records up to there come
 * to.
 */
final class KeyedSimulation {
    private static final long DAY_MICROS = 86_400_000_000L;
    private static final Duration SETTLED = Duration.ofDays(-100_000);
    private static final int QUIET_ROUNDS = 1_500;
    private static final List<List<String>> PARTITIONINGS = List.of(List.of(), List.of(), List.of("region"),
            List.of("bucket(3, id)"));
    private static final List<List<String>> DATED = List.of(List.of("day"), List.of("region", "day"));
    private static final int FIRST_DAY = (int) LocalDate.of(2022, 1, 20).toEpochDay();
    private static final int DAYS_KEPT = 6;
    private static final long FIXED = 1_000;
    private static final int FIXED_KEYS = 20;
    private static final List<String> REGIONS = List.of("eu", "us", "asia");

    private final SplittableRandom random;
    private final List<String> trace;
    private final SimClock clock = new SimClock();
    private final SimTopic topic;
    private final SimControl control = new SimControl();
    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final IcebergTables tables = new IcebergTables(catalog);
    private final TableSpec spec;
    private final UUID id;
    private final List<Worker> workers = new ArrayList<>();
    private final List<SimCommitter> committers = new ArrayList<>();
    private final List<FaultyLanding> landings = new ArrayList<>();
    private final List<Maintainer> maintainers = new ArrayList<>();
    private final MaintenanceRules maintenance;
    private final int keys;
    /** Whether rows have days, by which partitions grow old. */
    private final boolean ages;
    private final boolean months;
    private int today = FIRST_DAY;
    private boolean faults = true;
    private final Map<Integer, Long> fixedEnds = new HashMap<>();
    private int names;
    private long rewrites;
    private long left;
    private long balance;
    private Optional<Publishing> publishing = Optional.empty();

    /** @param trace null for none; what happened, in order */
    KeyedSimulation(long seed, List<String> trace) {
        this.random = new SplittableRandom(seed);
        this.trace = trace;
        keys = 1 + random.nextInt(30);
        topic = new SimTopic(1 + random.nextInt(3));
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        ages = random.nextInt(3) == 0;
        months = random.nextInt(3) == 0;
        List<String> sortBy = switch (random.nextInt(4)) {
            case 0 -> List.of("balance desc");
            case 1 -> List.of("zorder(balance, id)");
            default -> List.of();
        };
        Map<String, String> properties = Map.of("format-version", random.nextInt(4) == 0 ? "2" : "3",
                "history.expire.max-snapshot-age-ms", "0",
                "history.expire.min-snapshots-to-keep", Integer.toString(1 + random.nextInt(5)),
                ManifestRules.SMALL, Integer.toString(2 + random.nextInt(4)));
        spec = ages
                ? Accounts.dated(DATED.get(random.nextInt(DATED.size())), sortBy, properties).aging(ages(months))
                : Accounts.spec(PARTITIONINGS.get(random.nextInt(PARTITIONINGS.size())), sortBy, properties);
        id = tables.loadOrCreate(spec).uuid();
        // Snapshots are made by the wall clock, which the simulation's is behind.
        Duration settled = ages || random.nextBoolean() ? SETTLED : Duration.ofSeconds(random.nextInt(10));
        RewriteRules rewrite = new RewriteRules(1 << 20, 2, 0.3, settled,
                random.nextBoolean() ? 0 : Long.MAX_VALUE, 4, 1 << 20, 1 << 20, 1 << 20);
        maintenance = new MaintenanceRules(Duration.ofMillis(1_000 + random.nextInt(5_000)), 1 + random.nextInt(6),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10), 1 + random.nextInt(2), target -> rewrite,
                Duration.ofSeconds(10 + random.nextInt(30)), Duration.ofSeconds(5 + random.nextInt(30)),
                Duration.ofDays(1));
        maintainers.add(new Maintainer());
        newCommitter();
        if (random.nextInt(3) != 0) {
            produceFixed();
            publishing = Optional.of(new Publishing());
        }
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            workers.add(new Worker(new MapKeyIndex()));
        }
        rebalance();
    }

    /** Throws {@link AssertionError} when the table has other rows than it should. Returns how many it has in the end. */
    int run() {
        int steps = 60 + random.nextInt(80);
        for (int i = 0; i < steps; i++) {
            disturb();
            round();
            if (random.nextInt(10) == 0) {
                check();
            }
        }
        faults = false;
        landings.forEach(l -> l.faults = false);
        committers.subList(0, committers.size() - 1).clear();
        rebalance();
        for (int i = 0; i < QUIET_ROUNDS && !isComplete(); i++) {
            clock.pass(Duration.ofMillis(100));
            round();
        }
        for (int i = 0; i < QUIET_ROUNDS && publishing.isPresent() && !publishing.get().isDone(); i++) {
            clock.pass(Duration.ofMillis(100));
            round();
        }
        if (publishing.isPresent() && !publishing.get().isDone()) {
            throw new AssertionError("nothing was published: " + publishing.get());
        }
        publishing.ifPresent(Publishing::changeAfterAll);
        for (int i = 0; i < QUIET_ROUNDS && !isComplete(); i++) {
            clock.pass(Duration.ofMillis(100));
            round();
        }
        if (!isComplete()) {
            throw new AssertionError("the table holds " + position() + "; workers "
                    + workers.stream().map(w -> w.worker.state().toString()).toList() + ", committer "
                    + committers.get(0).duty.state());
        }
        // Time goes on, which is committed; only then is the table looked at after someone has moved its rows.
        today++;
        for (int i = 0; i < QUIET_ROUNDS && ages && isOverdue(); i++) {
            clock.pass(Duration.ofMillis(100));
            round();
        }
        if (ages && isOverdue()) {
            throw new AssertionError("the table has " + rows() + " and should keep what is complete through "
                    + completeThrough() + " less " + DAYS_KEPT + " days; "
                    + maintainers.stream().map(m -> m.worker.state().toString()).toList());
        }
        return check();
    }

    private static AgeRules ages(boolean months) {
        List<Tier> tiers = List.of(
                new Tier("warm", Duration.ofDays(2), months ? List.of("month(day)") : List.of(), Optional.of("gzip"),
                        Optional.empty(), Optional.empty()),
                new Tier("cold", Duration.ofDays(5), List.of(), Optional.empty(), Optional.empty(),
                        Optional.of("/archive")));
        return new AgeRules(Optional.of(Duration.ofDays(DAYS_KEPT)), tiers);
    }

    /** Whether rows are in the table that it does not keep any more. */
    private boolean isOverdue() {
        return rows().values().stream().anyMatch(day -> isOver(day, completeThrough()));
    }

    /** Whether rows of a day leave when all up to another is complete; those of a month leave together. */
    private boolean isOver(Integer day, long complete) {
        if (day == null) {
            return false;
        }
        LocalDate last = months
                ? LocalDate.ofEpochDay(day).plusMonths(1).withDayOfMonth(1)
                : LocalDate.ofEpochDay(day + 1L);
        return last.toEpochDay() + DAYS_KEPT <= complete;
    }

    /** The last day whose end the table is complete through. */
    private long completeThrough() {
        return new TableCommitter(tables, spec, i -> WriterColumns.of(spec.columns()))
                .look() instanceof TableLook.Found found
                && found.state().mark().isPresent()
                && found.state().mark().get().completeThrough().isPresent()
                        ? Math.floorDiv(found.state().mark().get().completeThrough().getAsLong(), DAY_MICROS)
                        : Long.MIN_VALUE;
    }

    private void round() {
        int before = control.log.size();
        control.deliver(random, faults);
        for (int i = before; trace != null && i < control.log.size(); i++) {
            trace.add(i + " " + control.log.get(i));
        }
        for (Worker worker : workers) {
            if (!faults || random.nextInt(3) != 0) {
                worker.hear(faults ? random.nextInt(4) : 1_000);
                worker.worker.step();
            }
        }
        publishing.filter(p -> !faults || random.nextInt(3) != 0).ifPresent(Publishing::step);
        for (Maintainer maintainer : maintainers) {
            if (!faults || random.nextInt(3) != 0) {
                maintainer.hear(faults ? random.nextInt(4) : 1_000);
                maintainer.worker.step();
            }
        }
        for (SimCommitter committer : List.copyOf(committers)) {
            if (!faults || random.nextInt(3) != 0) {
                committer.step(faults ? random.nextInt(6) : 1_000);
            }
        }
    }

    private void disturb() {
        clock.pass(Duration.ofMillis(random.nextInt(500)));
        switch (random.nextInt(42)) {
            case 0, 1 -> {
                Worker dead = workers.remove(random.nextInt(workers.size()));
                control.senderDies(dead.name, random.nextBoolean());
                dead.index.crash();
                boolean keepsDisk = random.nextInt(3) != 0;
                note(dead.name + " dies, and its disk " + (keepsDisk ? "stays" : "goes"));
                workers.add(new Worker(keepsDisk ? dead.index : new MapKeyIndex()));
                rebalance();
            }
            case 2 -> {
                SimCommitter dead = committers.remove(random.nextInt(committers.size()));
                control.senderDies(dead.name, random.nextBoolean());
                note(dead.name + " dies");
                newCommitter();
            }
            case 3 -> newCommitter();
            case 4, 5 -> rebalance();
            case 11, 12, 13 -> today += random.nextInt(25);
            case 40 -> publishing.ifPresent(Publishing::die);
            case 41 -> publishing.ifPresent(Publishing::next);
            case 6 -> foreignRewrite();
            case 7 -> expire();
            case 9 -> {
                Maintainer dead = maintainers.remove(random.nextInt(maintainers.size()));
                control.senderDies(dead.name, random.nextBoolean());
                note(dead.name + " dies");
                rewrites += dead.worker.state().rewrites().done();
                left += dead.worker.state().left().files();
                maintainers.add(new Maintainer());
            }
            case 10 -> {
                if (maintainers.size() < 3) {
                    maintainers.add(new Maintainer());
                }
            }
            case 8 -> {
                if (workers.size() < 4) {
                    workers.add(new Worker(new MapKeyIndex()));
                    rebalance();
                }
            }
            default -> produce();
        }
    }

    private void produce() {
        for (int i = random.nextInt(6); i > 0; i--) {
            long key = random.nextInt(keys);
            int partition = Accounts.partition(key, topic.partitions());
            topic.produce(partition, Accounts.key(key), random.nextInt(4) == 0
                    ? null
                    : value(key, REGIONS.get(random.nextInt(REGIONS.size())), ++balance));
            if (random.nextInt(5) == 0) {
                topic.marker(partition);
            }
        }
    }

    /** Rows that nothing changes any more once they are there. */
    private void produceFixed() {
        for (long key = FIXED; key < FIXED + FIXED_KEYS; key++) {
            int partition = Accounts.partition(key, topic.partitions());
            topic.produce(partition, Accounts.key(key), fixed(key, 0));
            fixedEnds.merge(partition, 1L, Long::sum);
        }
    }

    private byte[] fixed(long key, long money) {
        return ages ? Accounts.value(key, "fixed", money, null) : Accounts.value(key, "fixed", money);
    }

    private byte[] value(long key, String region, long money) {
        return ages
                ? Accounts.value(key, region, money, random.nextInt(8) == 0 ? null : today - random.nextInt(6))
                : Accounts.value(key, region, money);
    }

    private SortedMap<Integer, Long> clocks(Map<Integer, Long> position) {
        SortedMap<Integer, Long> clocks = new TreeMap<>();
        if (ages) {
            position.keySet().forEach(p -> clocks.put(p, today * DAY_MICROS));
        }
        return clocks;
    }

    /** Someone else puts all live rows of a table into new files. */
    private void foreignRewrite() {
        Table table = tables.load(spec).orElseThrow();
        if (table.currentSnapshot() == null) {
            return;
        }
        RewriteFiles rewrite = table.newRewrite().validateFromSnapshot(table.currentSnapshot().snapshotId());
        boolean empty = true;
        Set<String> deletes = new HashSet<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                rewrite.deleteFile(task.file());
                task.deletes().stream().filter(d -> deletes.add(d.location() + d.contentOffset()))
                        .forEach(rewrite::deleteFile);
                empty = false;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (empty) {
            return;
        }
        try (TableRows rows = TableRows.of(table)) {
            writeAll(table, rows, (row, file, position) -> {}).forEach(rewrite::addFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rewrite.commit();
        note("someone rewrites the table");
    }

    private interface Written {
        void row(Record row, String file, long position);
    }

    /** One file for each partition. */
    private static List<DataFile> writeAll(Table table, Iterable<Record> rows, Written written) {
        Map<String, List<Record>> byPartition = new HashMap<>();
        var keyOf = new PartitionKey(table.spec(), table.schema());
        var wrapper = new InternalRecordWrapper(table.schema().asStruct());
        for (Record row : rows) {
            keyOf.partition(wrapper.wrap(row));
            byPartition.computeIfAbsent(table.spec().partitionToPath(keyOf), p -> new ArrayList<>())
                    .add(row.copy());
        }
        List<DataFile> files = new ArrayList<>();
        byPartition.values().forEach(of -> {
            DataFile file = write(table, of);
            for (int i = 0; i < of.size(); i++) {
                written.row(of.get(i), file.location(), i);
            }
            files.add(file);
        });
        return files;
    }

    private static DataFile write(Table table, List<Record> rows) {
        var key = new PartitionKey(table.spec(), table.schema());
        key.partition(new InternalRecordWrapper(table.schema().asStruct()).wrap(rows.get(0)));
        OutputFileFactory files = OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PARQUET).build();
        DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table).dataFileFormat(FileFormat.PARQUET)
                .build().newDataWriter(table.spec().isPartitioned()
                        ? files.newOutputFile(table.spec(), key)
                        : files.newOutputFile(), table.spec(), table.spec().isPartitioned() ? key : null);
        try (writer) {
            rows.forEach(writer::write);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return writer.toDataFile();
    }

    private void expire() {
        Table table = tables.load(spec).orElseThrow();
        if (table.currentSnapshot() != null) {
            table.expireSnapshots().expireOlderThan(Long.MAX_VALUE).retainLast(1 + random.nextInt(3)).commit();
            note("snapshots expire");
        }
    }

    /** The rows are those that the records up to the table's position come to, and what is too old may be gone. */
    private int check() {
        Map<Long, byte[]> expected = new TreeMap<>();
        position().forEach((partition, next) -> {
            for (long offset = 0; offset < next; offset++) {
                topic.read(partition, offset).ifPresent(record -> fold(record.key(), record.value(), expected));
            }
        });
        publishing.ifPresent(p -> p.published(expected));
        Map<String, Integer> found = rows();
        Set<String> wanted = new TreeSet<>();
        expected.values().stream().filter(v -> found.containsKey(Accounts.textOf(v))
                || !isOver(Accounts.dayOf(v), today)).map(Accounts::textOf).forEach(wanted::add);
        if (!found.keySet().equals(wanted)) {
            throw new AssertionError("the table has " + found.keySet() + " and should have " + wanted);
        }
        return found.size();
    }

    /** The rows of the table, each with its day or null. */
    private Map<String, Integer> rows() {
        Map<String, Integer> found = new TreeMap<>();
        try (TableRows rows = TableRows.of(tables.load(spec).orElseThrow())) {
            rows.forEach(r -> {
                String row = r.getField("id") + " " + r.getField("region") + " " + r.getField("balance");
                LocalDate day = ages ? (LocalDate) r.getField("day") : null;
                if (found.containsKey(row)) {
                    throw new AssertionError("the table has twice " + row);
                }
                found.put(row, day == null ? null : (int) day.toEpochDay());
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static void fold(byte[] key, byte[] value, Map<Long, byte[]> into) {
        long id = Accounts.idOf(key);
        if (value == null) {
            into.remove(id);
        } else {
            into.put(id, value);
        }
    }

    private Map<Integer, Long> position() {
        return new TableCommitter(tables, spec, i -> WriterColumns.of(spec.columns()))
                .look() instanceof TableLook.Found found
                        ? found.state().position().map(p -> (Map<Integer, Long>) p.next()).orElse(Map.of())
                        : Map.of();
    }

    private boolean isComplete() {
        Map<Integer, Long> position = position();
        for (int p = 0; p < topic.partitions(); p++) {
            if (position.getOrDefault(p, 0L) < topic.end(p)) {
                return false;
            }
        }
        return true;
    }

    private void rebalance() {
        List<Set<Integer>> parts = topic.sharedAmong(workers.size(), random);
        for (int i = 0; i < workers.size(); i++) {
            workers.get(i).source.assign(parts.get(i));
        }
        note("rebalance " + parts);
    }

    private void newCommitter() {
        committers.add(new SimCommitter("c" + ++names, id, landing(), control, SimRules.COMMIT, clock));
        note(committers.get(committers.size() - 1).name + " starts");
    }

    private FaultyLanding landing() {
        FaultyLanding landing = new FaultyLanding(
                new TableCommitter(tables, spec, i -> WriterColumns.of(spec.columns())), random);
        landing.faults = faults;
        landings.add(landing);
        return landing;
    }

    private void note(String event) {
        if (trace != null) {
            trace.add("    " + event);
        }
    }

    /** How many publications became part of the table. */
    long publications() {
        return tables.load(spec).orElseThrow().refs().keySet().stream().filter(r -> r.startsWith("before-")).count();
    }

    /** How many rewrites became part of the table. */
    long rewrites() {
        return rewrites + maintainers.stream().mapToLong(m -> m.worker.state().rewrites().done()).sum();
    }

    /** How many files have left the table with rows that it does not keep. */
    long left() {
        return left + maintainers.stream().mapToLong(m -> m.worker.state().left().files()).sum();
    }

    /** Files of tiers that the table has in the end. */
    long inTiers() {
        Table table = tables.load(spec).orElseThrow();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            return StreamSupport.stream(tasks.spliterator(), false)
                    .filter(t -> TierFiles.tierOf(t.file().location()).isPresent()).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Someone who publishes other rows for some of those that nothing changes any more, and takes that back, and again. */
    private final class Publishing {
        private static final String BRANCH = "other";
        private final RowRange range = new RowRange("id", OptionalLong.of(FIXED + 3), OptionalLong.of(FIXED + 15));
        private final Map<Long, byte[]> other = new TreeMap<>();
        private final Map<Long, byte[]> changes = new TreeMap<>();
        private int round;
        private String name;
        private RangePublisher publisher;
        private int heard;

        void step() {
            if (publisher == null) {
                begin();
                return;
            }
            heard = control.answers(heard, faults ? random.nextInt(4) : 1_000, publisher::hear);
            RangePublisher.State before = publisher.state();
            RangePublisher.State now = publisher.step();
            if (!now.equals(before)) {
                note(name + " " + now);
            }
            if (now instanceof RangePublisher.State.Failed failed
                    && failed.problem().code() != SinkProblem.COMMITTER_SILENT) {
                throw new AssertionError(failed.problem().message());
            } else if (now instanceof RangePublisher.State.Failed) {
                die();
            }
        }

        private void begin() {
            if (!hasFixed()) {
                return;
            }
            if (round == 0) {
                makeBranch();
            }
            boolean back = round % 2 == 1;
            name = "p" + ++names;
            heard = control.log.size();
            publisher = new RangePublisher(name, tables, spec, control.sender(name), new RangePublisher.Request(
                    back
                            ? new RangeSource("before-" + (round - 1), RangeSource.Files.AS_COPIES)
                            : new RangeSource(BRANCH, round == 0
                                    ? RangeSource.Files.AS_THEY_ARE
                                    : RangeSource.Files.AS_COPIES),
                    range, OptionalLong.empty(), "before-" + round, Map.of()), RangePublisher.Exactness.ALWAYS,
                    new RangePublisher.Patience(1_000, Duration.ofMillis(500), Duration.ofSeconds(20)), clock);
        }

        private boolean hasFixed() {
            Map<Integer, Long> position = position();
            return fixedEnds.entrySet().stream()
                    .allMatch(e -> position.getOrDefault(e.getKey(), 0L) >= e.getValue());
        }

        /** Every second of the rows, with another balance; and some that are dead there. */
        private void makeBranch() {
            Table table = tables.load(spec).orElseThrow();
            if (table.refs().containsKey(BRANCH)) {
                return;
            }
            TableBranches.create(table, BRANCH, TableBranches.Start.EMPTY);
            List<Record> rows = new ArrayList<>();
            for (long key = range.from().getAsLong(); key < range.to().getAsLong(); key++) {
                GenericRecord row = GenericRecord.create(table.schema());
                row.setField("id", key);
                row.setField("region", "fixed");
                row.setField("balance", key % 2 == 0 ? key : -key);
                rows.add(row);
                if (key % 2 == 0) {
                    other.put(key, fixed(key, key));
                }
            }
            DeadRows dead = new DeadRows();
            List<DataFile> files = writeAll(table, rows, (row, file, position) -> {
                if ((Long) row.getField("balance") < 0) {
                    dead.add(file, position);
                }
            });
            long head = table.snapshot(BRANCH).snapshotId();
            RowDelta delta = table.newRowDelta().toBranch(BRANCH).validateFromSnapshot(head);
            DeleteMerge.merge(table, CurrentFiles.of(table, head), files, dead, "other").into(delta);
            delta.commit();
            note("a branch is made");
        }

        void die() {
            if (publisher != null && !isDone()) {
                control.senderDies(name, random.nextBoolean());
                note(name + " dies");
                publisher = null;
            }
        }

        /** After it is done, the other way round. */
        void next() {
            if (isDone() && round < 3) {
                round++;
                publisher = null;
            }
        }

        boolean isDone() {
            return publisher != null && publisher.state() instanceof RangePublisher.State.Published;
        }

        /** Which rows the table has then. */
        void published(Map<Long, byte[]> expected) {
            int done = 0;
            Set<String> refs = tables.load(spec).orElseThrow().refs().keySet();
            while (refs.contains("before-" + done)) {
                done++;
            }
            if (done % 2 == 1) {
                expected.keySet().removeIf(range::has);
                expected.putAll(other);
            }
            expected.putAll(changes);
        }

        /** Nobody does that; but whoever does finds the rows where they are. */
        void changeAfterAll() {
            other.forEach((key, value) -> {
                changes.put(key, fixed(key, 1_000_000 + key));
                topic.produce(Accounts.partition(key, topic.partitions()), Accounts.key(key), changes.get(key));
            });
        }

        @Override
        public String toString() {
            return "round " + round + ": " + (publisher == null ? "not begun" : publisher.state());
        }
    }

    private final class Maintainer {
        final String name = "m" + ++names;
        final MaintenanceWorker worker = new MaintenanceWorker(name, tables, spec, control.sender(name), maintenance,
                Runnable::run, Pace.UNLIMITED, Runnable::run, clock);
        private int heard = control.log.size();

        void hear(int most) {
            heard = control.answers(heard, most, worker::hear);
        }
    }

    private final class Worker {
        final String name = "w" + ++names;
        final SimSource source = new SimSource(random, topic);
        final MapKeyIndex index;
        final StageWorker worker;
        private int heard = control.log.size();

        Worker(MapKeyIndex index) {
            this.index = index;
            RowPlaces places = new RowPlaces(spec, tables, topic::partitions, index,
                    new RowPlaces.Sweeping(random.nextBoolean() ? 1 + random.nextInt(3) : 20, 1 + random.nextInt(8)));
            worker = new StageWorker("sim", name, source, landing(),
                    KeyedRowFiles.factory(tables, spec, Accounts::schema, places), places,
                    KeyedSimulation.this::clocks,
                    control.sender(name), SimRules.STAGE_KEYED, clock);
        }

        void hear(int most) {
            heard = control.answers(heard, most, worker::hear);
        }
    }
}
