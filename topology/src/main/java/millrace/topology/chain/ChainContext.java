package millrace.topology.chain;

import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** What operators of a chain see of their task: everything is the chain's, and each finds the others by name. */
final class ChainContext implements ProcessorContext<Object, Object> {
    private final ProcessorContext<Object, Object> task;
    private final Map<String, Operator> operators;
    private final Runnable delivered;
    private final Set<String> chainsBehind = new LinkedHashSet<>();

    /** @param delivered is called after each call that Kafka Streams was asked for */
    ChainContext(ProcessorContext<Object, Object> task, Map<String, Operator> operators, Runnable delivered) {
        this.task = task;
        this.operators = operators;
        this.delivered = delivered;
    }

    Optional<Operator> operator(String name) {
        return Optional.ofNullable(operators.get(name));
    }

    /** Notes that another chain gets what this one gives. */
    void leadsTo(String chain) {
        chainsBehind.add(chain);
    }

    Set<String> chainsBehind() {
        return chainsBehind;
    }

    /** To a node outside of the chain: a sink, or another chain. */
    @Override
    public <K, V> void forward(Record<K, V> record, String node) {
        task.forward(record, node);
    }

    @Override
    public <K, V> void forward(Record<K, V> record) {
        throw new UnsupportedOperationException("an operator says where its records go");
    }

    @Override
    public String applicationId() {
        return task.applicationId();
    }

    @Override
    public TaskId taskId() {
        return task.taskId();
    }

    @Override
    public Optional<RecordMetadata> recordMetadata() {
        return task.recordMetadata();
    }

    @Override
    public Serde<?> keySerde() {
        return task.keySerde();
    }

    @Override
    public Serde<?> valueSerde() {
        return task.valueSerde();
    }

    @Override
    public File stateDir() {
        return task.stateDir();
    }

    @Override
    public StreamsMetrics metrics() {
        return task.metrics();
    }

    @Override
    public <S extends StateStore> S getStateStore(String name) {
        return task.getStateStore(name);
    }

    @Override
    public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
        return task.schedule(interval, type, thenDelivered(callback));
    }

    @Override
    public Cancellable schedule(Instant start, Duration interval, PunctuationType type, Punctuator callback) {
        return task.schedule(start, interval, type, thenDelivered(callback));
    }

    private Punctuator thenDelivered(Punctuator callback) {
        return now -> {
            callback.punctuate(now);
            delivered.run();
        };
    }

    @Override
    public void commit() {
        task.commit();
    }

    @Override
    public Map<String, Object> appConfigs() {
        return task.appConfigs();
    }

    @Override
    public Map<String, Object> appConfigsWithPrefix(String prefix) {
        return task.appConfigsWithPrefix(prefix);
    }

    @Override
    public long currentSystemTimeMs() {
        return task.currentSystemTimeMs();
    }

    @Override
    public long currentStreamTimeMs() {
        return task.currentStreamTimeMs();
    }
}
