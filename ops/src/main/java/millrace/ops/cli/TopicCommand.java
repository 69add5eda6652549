package millrace.ops.cli;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.registry.UnknownSchemaException;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;
import millrace.schemas.wire.Malformed;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace topic}. */
@Command(name = "topic", mixinStandardHelpOptions = true, header = "Reads the end of a topic, or ends it.", subcommands = {
        TopicCommand.Tail.class, TopicCommand.End.class})
final class TopicCommand extends Main.Group {

    /** {@code millrace topic tail}. */
    @Command(name = "tail", mixinStandardHelpOptions = true, header = "The last records of a topic, decoded.", description = {
            "",
            "Values are decoded with the schema they were written with; what cannot be decoded is shown as text or bytes."}, footer = {
                    "", "Examples:", "  millrace topic tail web.clicks.v1",
                    "  millrace topic tail clickstream.silver.clicks -n 100 -o json"})
    static final class Tail extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Parameters(index = "0", paramLabel = "<topic>", description = "Its name.")
        private String topic;

        @Option(names = {"-n",
                "--records"}, defaultValue = "10", paramLabel = "<n>", description = "At most so many, the newest of all partitions. Default: 10.")
        private int records;

        private record Shown(int partition, long offset, Instant timestamp, String key, Object value) {}

        @Override
        ExitCode run() {
            Where.Access access = where.access(terminal());
            List<Shown> shown = new ArrayList<>();
            try (ConfluentRegistry registry = new ConfluentRegistry(access.registryUrl(), access.registry())) {
                Map<Integer, Reader> readers = new HashMap<>();
                for (ConsumerRecord<byte[], byte[]> r : last(access)) {
                    shown.add(new Shown(r.partition(), r.offset(), Instant.ofEpochMilli(r.timestamp()),
                            r.key() == null ? null : PlainValues.text(r.key()), value(r, registry, readers)));
                }
            }
            if (result.isJson()) {
                terminal().out().println(Result.json(shown));
                return ExitCode.OK;
            }
            shown.forEach(s -> terminal().out().println(s.partition() + ":" + s.offset() + "   " + s.timestamp() + "   "
                    + (s.key() == null ? "-" : s.key()) + "   "
                    + (s.value() instanceof String text ? text : Result.jsonLine(s.value()))));
            return ExitCode.OK;
        }

        private List<ConsumerRecord<byte[], byte[]>> last(Where.Access access) {
            Map<String, Object> settings = access.clientProperties();
            settings.put("isolation.level", "read_committed");
            settings.put("enable.auto.commit", "false");
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(),
                    new ByteArrayDeserializer())) {
                List<TopicPartition> partitions = partitions(consumer.partitionsFor(topic, Duration.ofSeconds(10)),
                        topic);
                consumer.assign(partitions);
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
                // A transaction's end takes an offset too, hence a little more than asked for.
                ends.forEach((p, end) -> consumer.seek(p, Math.max(starts.get(p), end - 2L * records - 10)));
                while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
                    consumer.poll(Duration.ofMillis(200)).forEach(found::add);
                }
            }
            found.sort(Comparator.comparingLong((ConsumerRecord<byte[], byte[]> r) -> r.timestamp())
                    .thenComparingInt(ConsumerRecord::partition).thenComparingLong(ConsumerRecord::offset));
            return found.subList(Math.max(0, found.size() - records), found.size());
        }

        private record Reader(FieldType.Struct type, AvroRowDecoder decoder) {}

        private static Object value(ConsumerRecord<byte[], byte[]> r, ConfluentRegistry registry,
                Map<Integer, Reader> readers) {
            if (EndMarker.isEnd(r.value(), r.headers())) {
                return "(end marker)";
            } else if (r.value() == null) {
                return "(tombstone)";
            } else if (!ConfluentFrame.isFramed(r.value())) {
                return PlainValues.text(r.value());
            }
            try {
                Reader reader = readers.computeIfAbsent(ConfluentFrame.requireSchemaId(r.value()), id -> {
                    var schema = registry.byId(id);
                    FieldType.Struct type = AvroTypes.fromSchema(schema);
                    return new Reader(type, AvroRowDecoder.of(schema, type));
                });
                return PlainValues.row(reader.type(), reader.decoder().decodeFramed(r.value()));
            } catch (Malformed | UnknownSchemaException e) {
                return PlainValues.text(r.value());
            }
        }
    }

    /** {@code millrace topic end}. */
    @Command(name = "end", mixinStandardHelpOptions = true, header = "Says that no more records will come: everything that waits for later ones closes.", description = {
            "", "Writes an end marker to every partition. This cannot be taken back, hence --yes."}, footer = {"",
                    "Examples:", "  millrace topic end flights.v1 --yes"})
    static final class End extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        @Parameters(index = "0", paramLabel = "<topic>", description = "Its name.")
        private String topic;

        @Option(names = "--yes", description = "Really end it.")
        private boolean yes;

        @Override
        ExitCode run() throws InterruptedException {
            Where.Access access = where.access(terminal());
            Map<String, Object> settings = access.clientProperties();
            settings.put("acks", "all");
            int count;
            try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
                List<TopicPartition> partitions = partitions(producer.partitionsFor(topic), topic);
                count = partitions.size();
                if (yes) {
                    for (TopicPartition p : partitions) {
                        producer.send(EndMarker.record(topic, p.partition())).get();
                    }
                }
            } catch (ExecutionException e) {
                throw new ProblemException(Problem.of(OpsProblem.UNREACHABLE, topic,
                        "The end markers could not be written: " + e.getCause().getMessage())
                        .withRemedy(OpsProblem.UNREACHABLE.remedy()));
            }
            if (result.isJson()) {
                terminal().out().println(Result.json(Map.of("topic", topic, "partitions", count, "ended", yes)));
            } else {
                terminal().out().println(yes
                        ? "Ended " + topic + " in all " + count + " partitions"
                        : topic + " would be ended in all " + count + " partitions; add --yes to do it.");
            }
            return ExitCode.OK;
        }
    }

    private static List<TopicPartition> partitions(List<PartitionInfo> infos, String topic) {
        if (infos == null || infos.isEmpty()) {
            throw new ProblemException(Problem.of(OpsProblem.TOPIC_UNKNOWN, topic,
                    "There is no topic " + topic + " in the cluster.").withRemedy(OpsProblem.TOPIC_UNKNOWN.remedy()));
        }
        return infos.stream().map(i -> new TopicPartition(topic, i.partition())).toList();
    }

    /** Engine values as JSON has them. */
    private static final class PlainValues {
        static Map<String, Object> row(FieldType.Struct type, Object[] values) {
            Map<String, Object> out = new LinkedHashMap<>();
            for (int i = 0; i < values.length; i++) {
                out.put(type.fields().get(i).name(), value(type.fields().get(i).type(), values[i]));
            }
            return out;
        }

        private static Object value(FieldType type, Object value) {
            if (value == null) {
                return null;
            }
            return switch (type) {
                case FieldType.Struct s -> row(s, (Object[]) value);
                case FieldType.Array a -> ((List<?>) value).stream().map(v -> value(a.element(), v)).toList();
                case FieldType.Mapping m -> {
                    Map<String, Object> out = new LinkedHashMap<>();
                    ((Map<?, ?>) value).forEach((k, v) -> out.put(String.valueOf(k), value(m.value(), v)));
                    yield out;
                }
                case FieldType.Timestamp t -> {
                    Instant at = Instant.ofEpochSecond(Math.floorDiv((Long) value, 1_000_000L),
                            Math.floorMod((Long) value, 1_000_000L) * 1_000L);
                    yield t.zoned() ? at.toString() : at.toString().replace("Z", "");
                }
                case FieldType.Date d -> java.time.LocalDate.ofEpochDay((Integer) value).toString();
                case FieldType.Time t -> java.time.LocalTime.ofNanoOfDay((Long) value * 1_000).toString();
                case FieldType.Bytes b -> text((byte[]) value);
                case FieldType.Bool b -> value;
                case FieldType.Int32 i -> value;
                case FieldType.Int64 l -> value;
                case FieldType.Float32 f -> value;
                case FieldType.Float64 f -> value;
                case FieldType.Decimal d -> value;
                case FieldType.Text t -> value;
                case FieldType.Uuid u -> value.toString();
            };
        }

        /** Text where the bytes are text, else in hexadecimal. */
        static String text(byte[] bytes) {
            String text = new String(bytes, StandardCharsets.UTF_8);
            boolean printable = text.chars().noneMatch(c -> c == 0xFFFD || c < ' ');
            return printable ? text : "0x" + java.util.HexFormat.of().formatHex(bytes);
        }
    }
}
