package millrace.sinks.iceberg.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The sink in one thread: real workers and real committers on a topic, a control partition and a table in memory. A
 * seed decides who moves next and what fails. First everything goes wrong for a while, then nothing more does, and all
 * rows have to arrive.
 */
final class Simulation {
    private static final int QUIET_ROUNDS = 2_000;

    private final SplittableRandom random;
    private final List<String> trace;
    private final SimClock clock = new SimClock();
    private final SimTopic topic;
    private final SimTable table;
    private final SimControl control = new SimControl();
    private final List<SimWorker> workers = new ArrayList<>();
    private final List<SimCommitter> committers = new ArrayList<>();
    private int names;
    private int rows;
    private int schema = 1;

    /** @param trace null for none; what happened, in order */
    Simulation(long seed, List<String> trace) {
        this.random = new SplittableRandom(seed);
        this.trace = trace;
        topic = new SimTopic(1 + random.nextInt(3));
        table = new SimTable(random, topic);
        newCommitter();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            newWorker();
        }
        rebalance();
    }

    /** Throws {@link AssertionError} when the sink has broken its promise. Returns the number of rows landed. */
    int run() {
        int steps = 100 + random.nextInt(150);
        for (int i = 0; i < steps; i++) {
            disturb();
            round(true);
        }
        table.faults = false;
        committers.subList(0, committers.size() - 1).clear();
        rebalance();
        for (int i = 0; i < QUIET_ROUNDS && table.rows() < rows; i++) {
            clock.pass(Duration.ofMillis(100));
            round(false);
        }
        if (table.rows() != rows) {
            throw new AssertionError("only " + table.rows() + " of " + rows + " rows were landed; workers "
                    + workers.stream().map(w -> w.worker.state().toString()).toList() + ", committer "
                    + committers.get(0).duty.state());
        }
        return rows;
    }

    private void round(boolean faults) {
        int before = control.log.size();
        control.deliver(random, faults);
        for (int i = before; trace != null && i < control.log.size(); i++) {
            trace.add(i + " " + control.log.get(i));
        }
        for (SimWorker worker : workers) {
            if (!faults || random.nextInt(3) != 0) {
                worker.hear(faults ? random.nextInt(4) : 1_000);
                worker.worker.step();
            }
        }
        int commits = table.commits();
        for (SimCommitter committer : List.copyOf(committers)) {
            if (!faults || random.nextInt(3) != 0) {
                committer.step(faults ? random.nextInt(6) : 1_000);
            }
            if (table.commits() != commits) {
                commits = table.commits();
                note(committer.name + " made snapshot " + commits + ", table has " + table.rows() + " rows");
            }
        }
    }

    private void disturb() {
        clock.pass(Duration.ofMillis(random.nextInt(500)));
        switch (random.nextInt(40)) {
            case 0 -> {
                SimWorker dead = workers.remove(random.nextInt(workers.size()));
                control.senderDies(dead.name, random.nextBoolean());
                note(dead.name + " dies");
                newWorker();
                rebalance();
            }
            case 1 -> {
                SimCommitter dead = committers.remove(random.nextInt(committers.size()));
                control.senderDies(dead.name, random.nextBoolean());
                note(dead.name + " dies");
                newCommitter();
            }
            case 2 -> newCommitter();
            case 3, 4 -> rebalance();
            case 5 -> table.foreignCommit();
            case 6 -> table.expire();
            case 7 -> grow();
            case 8 -> schema = Math.min(schema + random.nextInt(2), 5);
            case 9 -> table.schemas = Math.min(table.schemas + random.nextInt(2), 6);
            case 10 -> {
                if (random.nextInt(3) == 0) {
                    table.adopt();
                    note("adopted");
                }
            }
            case 11 -> {
                if (workers.size() < 4) {
                    newWorker();
                    rebalance();
                }
            }
            default -> produce();
        }
    }

    private void produce() {
        int partition = random.nextInt(topic.partitions());
        for (int i = random.nextInt(4); i > 0; i--) {
            topic.produce(partition, 1 + random.nextInt(schema));
            rows++;
        }
        if (random.nextInt(3) == 0) {
            topic.marker(partition);
        }
    }

    private void grow() {
        if (topic.partitions() < 5) {
            topic.grow();
            rebalance();
        }
    }

    private void rebalance() {
        List<Set<Integer>> parts = topic.sharedAmong(workers.size(), random);
        for (int i = 0; i < workers.size(); i++) {
            workers.get(i).assign(parts.get(i));
        }
        note("rebalance " + parts);
    }

    private void newWorker() {
        workers.add(new SimWorker("w" + ++names, random, topic, table, control, clock, SimRules.STAGE));
    }

    private void newCommitter() {
        committers.add(new SimCommitter("c" + ++names, SimTable.ID, table, control, SimRules.COMMIT, clock));
        note(committers.get(committers.size() - 1).name + " starts");
    }

    private void note(String event) {
        if (trace != null) {
            trace.add("    " + event);
        }
    }
}
