package millrace.topology.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroTypes;
import millrace.statestores.commit.PreCommitHook;
import millrace.topology.flow.Element;
import millrace.topology.assemble.MemoryRegistry;
import millrace.topology.assemble.Orders;
import millrace.topology.origin.SourceTopic;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.quarantine.QuarantineTarget;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source operator gives the same rows, clocks and watermarks however often it is committed, killed and restored. */
class SourceOperatorKitTest {
    private static final long SEED = Long.getLong("millrace.seed", 7);
    private static final long NOW = Instant.parse("2026-11-20T10:00:00Z").toEpochMilli();

    @TempDir
    File state;

    private final MemoryRegistry registry = new MemoryRegistry();
    private final int schema = registry.add(AvroTypes.toSchema(Orders.contract("orders", 1)));
    private final int quarantineSchema = registry
            .add(AvroTypes.toSchema("orders-topic.quarantine", QuarantineRecord.ROW));
    private final List<byte[]> log = log();

    @Test
    void rowsOneByOneAllAtOnceAndWithARestoreAfterEveryRowAreTheSame() {
        List<String> together = run(log.size(), 0);
        assertThat(together).as("seed %d", SEED).hasSizeGreaterThan(log.size() / 2);
        assertThat(run(1, 0)).as("committed after every record, seed %d", SEED).isEqualTo(together);
        assertThat(run(1, 1)).as("restored after every record, seed %d", SEED).isEqualTo(together);
        assertThat(run(7, 1)).as("restored after every 7 records, seed %d", SEED).isEqualTo(together);
    }

    @Test
    void workThatWasAbortedIsDoneAgainWithTheClockOfTheLastCommit() {
        Life life = new Life();
        life.restore();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            expected.addAll(life.process(i));
        }
        Life other = new Life();
        other.restore();
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            rows.addAll(other.process(i));
        }
        other.commit();
        for (int i = 10; i < 15; i++) {
            other.process(i);
        }
        other.revive(); // aborted: what was not committed is gone, the same object starts over
        for (int i = 10; i < 20; i++) {
            rows.addAll(other.process(i));
        }
        assertThat(rows).as("seed %d", SEED).isEqualTo(expected);
    }

    @Test
    void aClockOfAnotherTopicOfTheSameNameIsRefused() {
        Life life = new Life();
        life.restore();
        life.process(0);
        life.commit();
        life.topicId = new Uuid(1, 2);
        assertThatThrownBy(life::restore).isInstanceOf(TopicRecreatedException.class)
                .hasMessageContaining("orders-topic");
    }

    private List<String> run(int commitEvery, int restoreEvery) {
        Life life = new Life();
        life.restore();
        List<String> out = new ArrayList<>();
        for (int i = 0; i < log.size(); i++) {
            out.addAll(life.process(i));
            if ((i + 1) % commitEvery == 0) {
                life.commit();
                if (restoreEvery > 0) {
                    life.restore();
                }
            }
        }
        out.addAll(life.punctuate());
        return out;
    }

    /** Orders with disorder, some poison, some wild times. */
    private List<byte[]> log() {
        Random random = new Random(SEED);
        var encoder = Orders.encoder(schema);
        List<byte[]> values = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            long time = (NOW + i * 500L - random.nextInt(20_000)) * 1000;
            values.add(switch (random.nextInt(10)) {
                case 0 -> new byte[] {1, 2, 3};
                case 1 -> encoder.encode(new Object[] {"w" + i, 1L, null, (NOW + 90_000_000) * 1000});
                case 2 -> encoder.encode(new Object[] {"b" + i, 5000L, null, time});
                default -> encoder.encode(new Object[] {"k" + i, (long) i, null, time});
            });
        }
        return values;
    }

    /** A task with a store that outlives its operators. */
    private final class Life {
        private final List<StateStore> stores = new ArrayList<>();
        private Uuid topicId = Orders.TOPIC_ID;
        private MockProcessorContext<Object, Object> context;
        private Processor<byte[], Object, Object, Object> operator;

        void restore() {
            var supplier = SourceOperator.supplier(plan(), new RegistryGate(registry, InstantSource.system()));
            operator = supplier.get();
            if (stores.isEmpty()) {
                for (StoreBuilder<?> builder : supplier.stores()) {
                    stores.add(builder.withLoggingDisabled().build());
                }
            }
            revive();
        }

        void revive() {
            context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), state);
            context.setCurrentSystemTimeMs(NOW);
            for (StateStore store : stores) {
                if (!store.isOpen()) {
                    store.init(context.getStateStoreContext(), store);
                }
                context.addStateStore(store);
            }
            operator.init(context);
        }

        List<String> process(int offset) {
            context.resetForwards();
            context.setRecordMetadata("orders-topic", 0, offset);
            operator.process(new Record<>(null, log.get(offset), NOW, new RecordHeaders()));
            return forwarded();
        }

        List<String> punctuate() {
            context.resetForwards();
            context.setCurrentSystemTimeMs(NOW);
            context.scheduledPunctuators().get(0).getPunctuator().punctuate(NOW);
            return forwarded();
        }

        void commit() {
            for (StateStore store : stores) {
                if (store instanceof PreCommitHook hook) {
                    hook.flushCache();
                }
            }
        }

        private SourcePlan plan() {
            BitSet needed = new BitSet();
            needed.set(0, 4);
            return new SourcePlan(new SourceTopic(Orders.contract("orders", 1), topicId, 1, 0), needed,
                    List.of("model"), new QuarantineTarget("orders-topic", "quarantine", quarantineSchema, 10_000),
                    "watermarks", "journal", SourceTime.NONE, Duration.ofMillis(100));
        }

        private List<String> forwarded() {
            return context.forwarded().stream().map(f -> f.childName().orElseThrow() + " " + text(f.record().value()))
                    .toList();
        }

        private static String text(Object value) {
            if (value instanceof Element.Row row) {
                return Arrays.toString(row.values()) + " at " + row.eventTime() + " watermark " + row.watermark()
                        + " horizon "
                        + row.horizon() + " from " + row.origin().offset();
            } else if (value instanceof byte[] bytes) {
                return TaskWatermark.of("t/0".getBytes(), bytes).map(TaskWatermark::toString)
                        .orElse(Arrays.toString(bytes));
            }
            return value.toString();
        }
    }
}
