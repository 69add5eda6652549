package millrace.topology.run;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import millrace.statestores.rocksdb.StateMemory;
import millrace.topology.archive.RecordArchive;
import millrace.topology.bundle.Bundling;

/** Kafka Streams as the engine wants it; what a user gives goes over it, except for what correctness hangs on. */
final class StreamsSettings {
    /** The whole state of a group is one record of a changelog, and what is exchanged of it another. */
    private static final int LARGEST_STATE = 32 << 20;

    private static final int MOST_POLLED = 2000;

    private StreamsSettings() {}

    static Properties of(String application, RunSettings settings) {
        Map<String, String> ours = new HashMap<>();
        ours.put("num.stream.threads", Integer.toString(settings.threads()));
        ours.put("commit.interval.ms", Long.toString(settings.commitInterval().toMillis()));
        // What a poll brings of a partition goes through Streams as one record; so few of them are many rows.
        ours.put("main.consumer.interceptor.classes", Bundling.class.getName());
        ours.put("consumer.max.poll.records", Integer.toString(MOST_POLLED));
        ours.put("buffered.records.per.partition", "4");
        ours.put("state.dir", settings.stateFolder().toString());
        ours.put("rocksdb.config.setter", StateMemory.class.getName());
        ours.put(StateMemory.BUDGET, Long.toString(settings.stateMemory()));
        // Its cache costs more than it saves; operators keep their own on the heap.
        ours.put("statestore.cache.max.bytes", "0");
        // Which partition is read first decides nothing here, so nobody waits for the other's records.
        ours.put("max.task.idle.ms", "-1");
        ours.put("ensure.explicit.internal.resource.naming", "true");
        ours.put("processing.exception.handler.global.enabled", "true");
        ours.put("replication.factor", Short.toString(settings.replication()));
        // The default of ten seconds fences an application that was merely paused.
        ours.put("producer.transaction.timeout.ms", "60000");
        ours.put("producer.linger.ms", "100");
        ours.put("producer.batch.size", Integer.toString(128 << 10));
        ours.put("producer.compression.type", "lz4");
        // What is read needs no such setting: a fetch brings one record of any size.
        ours.put("topic.max.message.bytes", Integer.toString(LARGEST_STATE));
        ours.put("producer.max.request.size", Integer.toString(LARGEST_STATE));
        ours.put("producer.buffer.memory", Integer.toString(2 * LARGEST_STATE));
        ours.put("consumer.session.timeout.ms", "10000");
        ours.put("consumer.heartbeat.interval.ms", "3000");
        // One poll is at most what may be read in a second: whoever is held back for longer loses its partitions.
        settings.reading().mostPerSecond().ifPresent(most -> ours.put("consumer.max.poll.records",
                Long.toString(Math.clamp(most, 1, MOST_POLLED))));
        Properties properties = new Properties();
        properties.putAll(ours);
        properties.putAll(settings.kafka());
        properties.putAll(settings.streams());
        properties.put("application.id", application);
        properties.put("bootstrap.servers", settings.bootstrapServers());
        properties.put("processing.guarantee", "exactly_once_v2");
        if (settings.reading().archive() != RecordArchive.NONE || settings.reading().upTo() != Reading.UpTo.THE_END) {
            // Under the other protocol Kafka Streams takes no consumer but its own.
            properties.put("group.protocol", "classic");
        }
        return properties;
    }
}
