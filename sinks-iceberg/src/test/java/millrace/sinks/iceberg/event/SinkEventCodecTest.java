package millrace.sinks.iceberg.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What stands in the control topic, where processes of different versions read it. */
class SinkEventCodecTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UUID TABLE = UUID.fromString("6f9619ff-8b86-d011-b42d-00c04fc964ff");
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00.000000001Z");

    private static final String NOISE = "0123456789-{}[]\",:.eEtfn\u00ff\0";

    /** Each kind as it is written. A change here is one that processes at work do not understand. */
    private static final Map<SinkEvent, String> WRITTEN = new LinkedHashMap<>();

    static {
        WRITTEN.put(new SinkEvent.FilesStaged(TABLE, new Proposal("w-2", "w", new Predecessor.AfterProposal("w-1"), 3,
                "T",
                new TreeMap<>(Map.of(0, new OffsetRange(5, 9), 11, new OffsetRange(0, 1L << 40))), List.of(4, 5),
                List.of(new StagedFile("{\"path\":\"a\"}", 7, 1234)), Optional.empty(),
                new TreeMap<>(Map.of(0, -1L, 11, 99L)), NOON)),
                """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"files-staged","id":"w-2","worker":"w",
                     "layout":3,"topic-id":"T","created":"2026-11-01T12:00:00.000000001Z","after-proposal":"w-1",
                     "ranges":{"0":[5,9],"11":[0,1099511627776]},"schemas":[4,5],
                     "files":[{"rows":7,"bytes":1234,"content":"{\\"path\\":\\"a\\"}"}],"clocks":{"0":-1,"11":99}}""");
        WRITTEN.put(new SinkEvent.FilesStaged(TABLE, new Proposal("w-3", "w", new Predecessor.AfterSnapshot(-8), 3, "T",
                new TreeMap<>(), List.of(), List.of(), Optional.empty(), new TreeMap<>(Map.of(0, 7L)),
                NOON)),
                """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"files-staged","id":"w-3","worker":"w",
                     "layout":3,"topic-id":"T","created":"2026-11-01T12:00:00.000000001Z","after-snapshot":-8,"ranges":{},
                     "schemas":[],"files":[],"clocks":{"0":7}}""");
        WRITTEN.put(new SinkEvent.FilesStaged(TABLE, new Proposal("w-4", "w", new Predecessor.AfterSnapshot(5), 1, "T",
                new TreeMap<>(Map.of(0, new OffsetRange(5, 9))), List.of(4), List.of(),
                Optional.of(new StagedDeletes("a.puffin", 2, 99)), new TreeMap<>(), NOON)),
                """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"changes-staged","id":"w-4","worker":"w",
                     "layout":1,"topic-id":"T","created":"2026-11-01T12:00:00.000000001Z","after-snapshot":5,
                     "ranges":{"0":[5,9]},"schemas":[4],"files":[],
                     "deletes":{"rows":2,"bytes":99,"location":"a.puffin"},"clocks":{}}""");
        WRITTEN.put(
                new SinkEvent.RewriteStaged(TABLE,
                        new Rewrite(Rewrite.Kind.REPLACE, "m-1", "m", 3, -8, List.of("a", "b"), List.of("v"),
                                List.of(new StagedFile("{\"path\":\"c\"}", 7, 1234)), Optional.empty(), NOON)),
                """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"rewrite-staged","id":"m-1","worker":"m",
                     "layout":3,"snapshot":-8,"created":"2026-11-01T12:00:00.000000001Z","replaced":["a","b"],"deletes":["v"],
                     "files":[{"rows":7,"bytes":1234,"content":"{\\"path\\":\\"c\\"}"}]}""");
        WRITTEN.put(
                new SinkEvent.RewriteStaged(TABLE,
                        new Rewrite(Rewrite.Kind.REPLACE, "m-2", "m", 3, -8, List.of("a"), List.of(), List.of(),
                                Optional.of(new Rewrite.StagedMoves("d", 99)), NOON)),
                """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"moves-staged","id":"m-2","worker":"m",
                     "layout":3,"snapshot":-8,"created":"2026-11-01T12:00:00.000000001Z","replaced":["a"],"deletes":[],"files":[],
                     "moved":{"location":"d","bytes":99}}""");
        WRITTEN.put(
                new SinkEvent.RewriteStaged(TABLE, new Rewrite(Rewrite.Kind.LEAVE, "m-3", "m", 3, -8, List.of("a"),
                        List.of("v"), List.of(), Optional.of(new Rewrite.StagedMoves("d", 99)), NOON)),
                """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"followed-leave-staged","id":"m-3","worker":"m",
                     "layout":3,"snapshot":-8,"created":"2026-11-01T12:00:00.000000001Z","replaced":["a"],"deletes":["v"],
                     "files":[],"moved":{"location":"d","bytes":99}}""");
        WRITTEN.put(
                new SinkEvent.RewriteStaged(TABLE, new Rewrite(Rewrite.Kind.LEAVE, "m-4", "m", 3, -8, List.of("a"),
                        List.of(), List.of(), Optional.empty(), NOON)),
                """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"leave-staged","id":"m-4","worker":"m",
                     "layout":3,"snapshot":-8,"created":"2026-11-01T12:00:00.000000001Z","replaced":["a"],"deletes":[],
                     "files":[]}""");
        WRITTEN.put(
                new SinkEvent.RangeStaged(TABLE, new Publication("p-1", "p", 3, -8,
                        new RowRange("at", OptionalLong.of(-1), OptionalLong.empty()),
                        new Publication.Source("fix", 17), new Publication.StagedList("l", 2, 70),
                        Optional.of(new StagedDeletes("d", 4, 99)), "before",
                        Map.of("b", "1", "a", "2"), NOON)),
                """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"range-staged","id":"p-1","worker":"p",
                     "layout":3,"snapshot":-8,"created":"2026-11-01T12:00:00.000000001Z","tag":"before",
                     "range":{"column":"at","from":-1},"source":{"ref":"fix","snapshot":17},"list":{"location":"l","files":2,"rows":70},
                     "deletes":{"rows":4,"bytes":99,"location":"d"},"summary":{"a":"2","b":"1"}}""");
        WRITTEN.put(new SinkEvent.Rewritten(TABLE, 4, "m-1", Long.MAX_VALUE, 5), """
            {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"rewritten","epoch":4,"rewrite":"m-1",
             "snapshot":9223372036854775807,"layout":5}""");
        WRITTEN.put(new SinkEvent.RewriteRefused(TABLE, 4, "m-1", "why"), """
            {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"rewrite-refused","epoch":4,"rewrite":"m-1",
             "message":"why"}""");
        WRITTEN.put(new SinkEvent.SchemaNeeded(TABLE, "w", -2147483648), """
            {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"schema-needed","worker":"w",
             "schema":-2147483648}""");
        WRITTEN.put(new SinkEvent.Committed(TABLE, 4, List.of("w-1", "w-2"), Long.MAX_VALUE,
                new SourcePosition("T", new TreeMap<>(Map.of(0, 9L))), 2), """
                    {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"committed","epoch":4,
                     "snapshot":9223372036854775807,"schema":2,"position":{"topic-id":"T","next":{"0":9}},
                     "proposals":["w-1","w-2"]}""");
        WRITTEN.put(new SinkEvent.Rejected(TABLE, 4, "w-3", SinkEvent.Reason.LAYOUT, 0, SourcePosition.start("")), """
            {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"rejected","epoch":4,"proposal":"w-3",
             "reason":"LAYOUT","snapshot":0,"position":{"topic-id":"","next":{}}}""");
        WRITTEN.put(new SinkEvent.SchemaEvolved(TABLE, 4, 17, 2), """
            {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"schema-evolved","epoch":4,"schema":17,
             "table-schema":2}""");
        WRITTEN.put(new SinkEvent.SchemaRefused(TABLE, 4, 17, "two\nlines \"and\" \u00fc"), """
            {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"schema-refused","epoch":4,"schema":17,
             "message":"two\\nlines \\"and\\" \u00fc"}""");
        WRITTEN.put(new SinkEvent.Blocked(TABLE, "host/commit", "STORAGE_FULL", "full", "free some", NOON), """
            {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"blocked","reporter":"host/commit",
             "code":"STORAGE_FULL","message":"full","remedy":"free some","since":"2026-11-01T12:00:00.000000001Z"}""");
        WRITTEN.put(new SinkEvent.Unblocked(TABLE, "host/commit"), """
            {"v":1,"table":"6f9619ff-8b86-d011-b42d-00c04fc964ff","type":"unblocked","reporter":"host/commit"}""");
    }

    @Test
    void everyKindIsWrittenAndReadAsProcessesAtWorkDo() throws IOException {
        for (Map.Entry<SinkEvent, String> entry : WRITTEN.entrySet()) {
            assertThat(JSON.readTree(SinkEventCodec.encode(entry.getKey()))).isEqualTo(JSON.readTree(entry.getValue()));
            assertThat(decode(entry.getValue())).contains(entry.getKey());
        }
        Set<Class<?>> kinds = new HashSet<>();
        WRITTEN.keySet().forEach(e -> kinds.add(e.getClass()));
        assertThat(kinds).isEqualTo(kinds(SinkEvent.class));
    }

    @Test
    void everyReasonIsReadBackAndOneOfANewerCommitterMeansTheSameToAWorker() {
        for (SinkEvent.Reason reason : SinkEvent.Reason.values()) {
            var rejected = new SinkEvent.Rejected(TABLE, 1, "p", reason, 5, SourcePosition.start("T"));
            assertThat(SinkEventCodec.decode(SinkEventCodec.encode(rejected))).contains(rejected);
            assertThat(decode(new String(SinkEventCodec.encode(rejected), StandardCharsets.UTF_8)
                    .replace("\"" + reason + "\"", "\"PHASE_OF_THE_MOON\""))).get()
                    .isEqualTo(new SinkEvent.Rejected(TABLE, 1, "p", SinkEvent.Reason.PREDECESSOR, 5,
                            SourcePosition.start("T")));
        }
    }

    @Test
    void randomProposalsAreReadBackAsTheyWere() {
        for (int seed = 0; seed < 500; seed++) {
            var staged = new SinkEvent.FilesStaged(new UUID(seed, seed), proposal(new Random(seed)));
            assertThat(SinkEventCodec.decode(SinkEventCodec.encode(staged))).as("seed %d", seed).contains(staged);
        }
    }

    @Test
    void aNewerKindOrVersionIsNothing() {
        for (String text : WRITTEN.values()) {
            assertThat(decode(text.replace("\"v\":1", "\"v\":2"))).isEmpty();
            assertThat(decode(text.replaceFirst("\"type\":\"[a-z-]+\"", "\"type\":\"files-merged\""))).isEmpty();
        }
        assertThat(decode("{\"v\":2,\"something\":\"else\"}")).as("of which nothing else is known").isEmpty();
    }

    @Test
    void fieldsOfANewerVersionArePassedOver() throws IOException {
        for (Map.Entry<SinkEvent, String> entry : WRITTEN.entrySet()) {
            JsonNode json = JSON.readTree(entry.getValue());
            everyObject(json, object -> object.putObject("newer").put("x", true));
            assertThat(decode(json.toString())).contains(entry.getKey());
        }
    }

    /** Objects whose keys are partitions have no room for other fields. */
    private static void everyObject(JsonNode json, java.util.function.Consumer<ObjectNode> change) {
        if (json instanceof ObjectNode object) {
            List.copyOf(object.properties()).stream()
                    .filter(e -> !Set.of("ranges", "clocks", "next", "summary").contains(e.getKey()))
                    .forEach(e -> everyObject(e.getValue(), change));
            change.accept(object);
        } else if (json instanceof ArrayNode array) {
            array.forEach(e -> everyObject(e, change));
        }
    }

    @Test
    void anEventThatLacksAFieldIsRefused() throws IOException {
        // What is not there has a meaning: no clocks, no proposals, nothing landed, no end of a range, nothing deleted.
        Set<String> optional = Set.of("clocks", "proposals", "next", "from", "to", "a", "b");
        for (String text : WRITTEN.values()) {
            JsonNode json = JSON.readTree(text);
            everyField(json, (object, field) -> {
                JsonNode kept = object.remove(field);
                if (field.equals("clocks") && json.get("ranges").isEmpty()) {
                    assertRefused(json);
                } else if (optional.contains(field) || field.equals("deletes") && json.has("tag")) {
                    assertThat(attempt(json)).as("%s without %s", json, field).isNotEmpty();
                } else if (!field.matches("\\d+")) {
                    assertRefused(json);
                    object.set(field, NullNode.instance);
                    assertRefused(json);
                }
                object.set(field, kept);
            });
        }
    }

    @Test
    void aFieldOfAnotherTypeIsRefused() throws IOException {
        for (String text : WRITTEN.values()) {
            JsonNode json = JSON.readTree(text);
            everyField(json, (object, field) -> {
                JsonNode kept = object.get(field);
                List<JsonNode> others = new ArrayList<>(List.of(BooleanNode.TRUE, DoubleNode.valueOf(1.5),
                        new TextNode("neither time nor id nor number")));
                if (kept.isTextual() && !Set.of("table", "since", "created").contains(field)) {
                    others.remove(2);
                }
                for (JsonNode other : others) {
                    object.set(field, other);
                    assertRefused(json);
                }
                object.set(field, kept);
            });
        }
    }

    private static void everyField(JsonNode json, BiConsumer<ObjectNode, String> change) {
        if (json instanceof ObjectNode object) {
            for (String field : object.properties().stream().map(Map.Entry::getKey).toList()) {
                everyField(object.get(field), change);
                change.accept(object, field);
            }
        } else if (json instanceof ArrayNode array) {
            array.forEach(e -> everyField(e, change));
        }
    }

    @Test
    void whatIsNoEventIsRefusedAndNothingWorse() {
        assertThatThrownBy(() -> SinkEventCodec.decode(null)).isInstanceOf(IllegalArgumentException.class);
        for (String text : new String[] {"", " ", "null", "5", "[]", "\"v\"", "{}", "{\"v\":\"1\"}", "{\"v\":1",
                "{\"v\":99999999999999999999}", "\0\0\0\0\1x"}) {
            assertThatThrownBy(() -> decode(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
        String large = "{\"v\":1,\"table\":\"" + TABLE
                + "\",\"type\":\"schema-needed\",\"worker\":\"w\",\"schema\":%s}";
        assertThat(decode(large.formatted("7"))).isPresent();
        assertThatThrownBy(() -> decode(large.formatted("4294967303"))).isInstanceOf(IllegalArgumentException.class);
        List<String> texts = List.copyOf(WRITTEN.values());
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = texts.get(random.nextInt(texts.size())).getBytes(StandardCharsets.UTF_8);
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) NOISE.charAt(random.nextInt(NOISE.length()));
            }
            byte[] broken = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
            try {
                SinkEventCodec.decode(broken);
            } catch (IllegalArgumentException e) {
                continue;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + new String(broken, StandardCharsets.UTF_8), e);
            }
        }
    }

    @Test
    void allEventsOfATableAreInOnePartition() {
        assertThat(new String(SinkEventCodec.key(TABLE), StandardCharsets.UTF_8)).isEqualTo(TABLE.toString());
        Set<Integer> used = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            UUID table = new UUID(new Random(i).nextLong(), new Random(-i).nextLong());
            int partition = SinkEventCodec.partition(table, 16);
            assertThat(partition).isBetween(0, 15).isEqualTo(SinkEventCodec.partition(table, 16));
            used.add(partition);
        }
        assertThat(used).hasSize(16);
        assertThat(SinkEventCodec.partition(TABLE, 16)).as("the same in every version").isEqualTo(1);
    }

    private static Proposal proposal(Random random) {
        var ranges = new TreeMap<Integer, OffsetRange>();
        var clocks = new TreeMap<Integer, Long>();
        List<StagedFile> files = new ArrayList<>();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            long from = random.nextLong() >>> 1 + random.nextInt(60);
            ranges.put(random.nextInt(100), new OffsetRange(from, from + 1 + random.nextInt(1000)));
            clocks.put(random.nextInt(100), random.nextLong());
            files.add(new StagedFile("{\"file\":\"" + random.nextLong() + "\u00fc\"}", random.nextLong() >>> 1,
                    random.nextLong() >>> 1));
        }
        return new Proposal("p" + random.nextLong(), "w" + random.nextLong(), random.nextBoolean()
                ? new Predecessor.AfterProposal("p" + random.nextLong())
                : new Predecessor.AfterSnapshot(random.nextLong()), random.nextLong(), "topic" + random.nextInt(),
                ranges,
                List.of(random.nextInt(), random.nextInt()), files, random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(new StagedDeletes("s3://w/" + random.nextLong(), random.nextLong() >>> 1,
                                random.nextLong() >>> 1)),
                clocks,
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000)));
    }

    private static Set<Class<?>> kinds(Class<?> type) {
        Set<Class<?>> kinds = new HashSet<>();
        if (type.isSealed()) {
            Arrays.stream(type.getPermittedSubclasses()).forEach(t -> kinds.addAll(kinds(t)));
        } else {
            kinds.add(type);
        }
        return kinds;
    }

    private static Optional<SinkEvent> decode(String text) {
        return SinkEventCodec.decode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<SinkEvent> attempt(JsonNode json) {
        try {
            return SinkEventCodec.decode(JSON.writeValueAsBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertRefused(JsonNode json) {
        assertThatThrownBy(() -> attempt(json)).as(json.toString()).isInstanceOf(IllegalArgumentException.class);
    }
}
