package millrace.sinks.iceberg.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.random.RandomGenerator;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.stage.Clocks;
import millrace.sinks.iceberg.stage.KnownRows;
import millrace.sinks.iceberg.stage.RowFiles;
import millrace.sinks.iceberg.stage.StageRules;
import millrace.sinks.iceberg.stage.StageWorker;
import millrace.sinks.iceberg.table.StorageFullException;
import millrace.sinks.iceberg.table.TableEvolution;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A worker process: the real worker on a topic, a disk and a group membership in memory. */
final class SimWorker {
    final String name;
    final StageWorker worker;
    private final RandomGenerator random;
    private final SimSource source;
    private final SimTable table;
    private final SimControl control;
    private int heard;

    SimWorker(String name, RandomGenerator random, SimTopic topic, SimTable table, SimControl control, SimClock clock,
            StageRules rules) {
        this.name = name;
        this.random = random;
        source = new SimSource(random, topic);
        this.table = table;
        this.control = control;
        heard = control.log.size();
        worker = new StageWorker("sim", name, source, table, (uuid, id) -> new Files(), KnownRows.NONE, Clocks.NONE,
                control.sender(name), rules, clock);
    }

    void assign(Set<Integer> partitions) {
        source.assign(partitions);
    }

    void hear(int most) {
        heard = control.answers(heard, most, worker::hear);
    }

    /** Files in memory; their content is the list of their rows. */
    private final class Files implements RowFiles {
        private final int schema = table.schemas;
        private final List<String> rows = new ArrayList<>();

        Files() {
            fail();
        }

        @Override
        public Appended append(ConsumerRecord<byte[], byte[]> record) {
            fail();
            if (record.value()[0] > schema) {
                return new Appended.NeedsSchema(record.value()[0],
                        new TableEvolution.Evolve(List.of(new TableEvolution.Change.Relax("c"))));
            }
            rows.add(record.partition() + "@" + record.offset());
            return Appended.WRITTEN;
        }

        @Override
        public void appendUnread(ConsumerRecord<byte[], byte[]> record, String error) {
            throw new AssertionError("no record is refused here");
        }

        @Override
        public long bytes() {
            return rows.size() * 100L;
        }

        @Override
        public SortedMap<Integer, Long> clocks() {
            return Collections.emptySortedMap();
        }

        @Override
        public int schemaId() {
            return schema;
        }

        @Override
        public Closed close() {
            fail();
            int half = rows.size() > 3 ? rows.size() / 2 : rows.size();
            List<StagedFile> files = new ArrayList<>();
            for (List<String> part : List.of(rows.subList(0, half), rows.subList(half, rows.size()))) {
                if (!part.isEmpty()) {
                    files.add(new StagedFile(String.join(" ", part), part.size(), part.size() * 100L));
                }
            }
            return new Closed(files, Optional.empty());
        }

        @Override
        public void abort() {}

        private void fail() {
            if (table.faults && random.nextInt(150) == 0) {
                throw new StorageFullException("sim", null);
            }
        }
    }
}
