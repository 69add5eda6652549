package millrace.sinks.iceberg.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.StreamSupport;
import millrace.sinks.iceberg.event.Rewrite.Kind;
import millrace.sinks.iceberg.event.SinkEvent.Blocked;
import millrace.sinks.iceberg.event.SinkEvent.Committed;
import millrace.sinks.iceberg.event.SinkEvent.FilesStaged;
import millrace.sinks.iceberg.event.SinkEvent.RangeStaged;
import millrace.sinks.iceberg.event.SinkEvent.Reason;
import millrace.sinks.iceberg.event.SinkEvent.Rejected;
import millrace.sinks.iceberg.event.SinkEvent.RewriteRefused;
import millrace.sinks.iceberg.event.SinkEvent.RewriteStaged;
import millrace.sinks.iceberg.event.SinkEvent.Rewritten;
import millrace.sinks.iceberg.event.SinkEvent.SchemaEvolved;
import millrace.sinks.iceberg.event.SinkEvent.SchemaNeeded;
import millrace.sinks.iceberg.event.SinkEvent.SchemaRefused;
import millrace.sinks.iceberg.event.SinkEvent.Unblocked;

/**
 * Events as bytes: one JSON object with a version and a type. Fields that this version does not know are passed over;
 * a type or a major version it does not know decodes to nothing, so that old and new processes can share the topic.
 */
public final class SinkEventCodec {
    private static final int VERSION = 1;

    private SinkEventCodec() {}

    /** Key of the record that carries the event. */
    public static byte[] key(UUID table) {
        return table.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The partition of the control topic that holds all events of a table. */
    public static int partition(UUID table, int partitions) {
        return Math.floorMod(table.hashCode(), partitions);
    }

    public static byte[] encode(SinkEvent event) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("v", VERSION);
        json.put("table", event.table().toString());
        switch (event) {
            // A committer of before deletes would add the files and leave the rows that they replace.
            case FilesStaged e -> proposal(json.put("type", e.proposal().deletes().isPresent()
                    ? "changes-staged"
                    : "files-staged"), e.proposal());
            case SchemaNeeded e -> json.put("type", "schema-needed").put("worker", e.worker())
                    .put("schema", e.schemaId());
            case Committed e -> {
                json.put("type", "committed").put("epoch", e.epoch()).put("snapshot", e.snapshotId())
                        .put("schema", e.schemaId());
                position(json, e.position());
                ArrayNode ids = json.putArray("proposals");
                e.proposals().forEach(ids::add);
            }
            case Rejected e -> {
                json.put("type", "rejected").put("epoch", e.epoch()).put("proposal", e.proposal())
                        .put("reason", e.reason().name()).put("snapshot", e.snapshotId());
                position(json, e.position());
            }
            case SchemaEvolved e -> json.put("type", "schema-evolved").put("epoch", e.epoch())
                    .put("schema", e.schemaId()).put("table-schema", e.tableSchemaId());
            case SchemaRefused e -> json.put("type", "schema-refused").put("epoch", e.epoch())
                    .put("schema", e.schemaId()).put("message", e.message());
            // One of before would take files whose rows leave for files without rows.
            case RewriteStaged e -> rewrite(json.put("type", switch (e.rewrite().kind()) {
                case LEAVE -> e.rewrite().moved().isPresent() ? "followed-leave-staged" : "leave-staged";
                case REPLACE -> e.rewrite().moved().isPresent() ? "moves-staged" : "rewrite-staged";
            }), e.rewrite());
            case RangeStaged e -> publication(json.put("type", "range-staged"), e.publication());
            case Rewritten e -> json.put("type", "rewritten").put("epoch", e.epoch()).put("rewrite", e.rewrite())
                    .put("snapshot", e.snapshotId()).put("layout", e.layout());
            case RewriteRefused e -> json.put("type", "rewrite-refused").put("epoch", e.epoch())
                    .put("rewrite", e.rewrite()).put("message", e.message());
            case Blocked e -> json.put("type", "blocked").put("reporter", e.reporter()).put("code", e.code())
                    .put("message", e.message()).put("remedy", e.remedy()).put("since", e.since().toString());
            case Unblocked e -> json.put("type", "unblocked").put("reporter", e.reporter());
        }
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Nothing for an event of a newer kind; throws {@link IllegalArgumentException} for what is no event at all. */
    public static Optional<SinkEvent> decode(byte[] bytes) {
        if (bytes == null) {
            throw new IllegalArgumentException("a record without a value");
        }
        JsonNode json = Json.parse(new String(bytes, StandardCharsets.UTF_8));
        if (Json.number(json, "v") != VERSION) {
            return Optional.empty();
        }
        UUID table = UUID.fromString(Json.string(json, "table"));
        return Optional.ofNullable(switch (Json.string(json, "type")) {
            case "files-staged" -> new FilesStaged(table, proposal(json, Optional.empty()));
            case "changes-staged" -> new FilesStaged(table,
                    proposal(json, Optional.of(deletes(Json.required(json, "deletes")))));
            case "schema-needed" -> new SchemaNeeded(table, Json.string(json, "worker"), integer(json, "schema"));
            case "committed" -> new Committed(table, Json.number(json, "epoch"), strings(json, "proposals"),
                    Json.number(json, "snapshot"), position(json), integer(json, "schema"));
            case "rejected" -> new Rejected(table, Json.number(json, "epoch"), Json.string(json, "proposal"),
                    reason(Json.string(json, "reason")), Json.number(json, "snapshot"), position(json));
            case "schema-evolved" -> new SchemaEvolved(table, Json.number(json, "epoch"), integer(json, "schema"),
                    integer(json, "table-schema"));
            case "schema-refused" -> new SchemaRefused(table, Json.number(json, "epoch"), integer(json, "schema"),
                    Json.string(json, "message"));
            case "rewrite-staged" -> new RewriteStaged(table, rewrite(json, Kind.REPLACE, Optional.empty()));
            case "moves-staged" -> new RewriteStaged(table,
                    rewrite(json, Kind.REPLACE, Optional.of(moves(Json.required(json, "moved")))));
            case "leave-staged" -> new RewriteStaged(table, rewrite(json, Kind.LEAVE, Optional.empty()));
            case "followed-leave-staged" -> new RewriteStaged(table,
                    rewrite(json, Kind.LEAVE, Optional.of(moves(Json.required(json, "moved")))));
            case "range-staged" -> new RangeStaged(table, publication(json));
            case "rewritten" -> new Rewritten(table, Json.number(json, "epoch"), Json.string(json, "rewrite"),
                    Json.number(json, "snapshot"), Json.number(json, "layout"));
            case "rewrite-refused" -> new RewriteRefused(table, Json.number(json, "epoch"),
                    Json.string(json, "rewrite"), Json.string(json, "message"));
            case "blocked" -> new Blocked(table, Json.string(json, "reporter"), Json.string(json, "code"),
                    Json.string(json, "message"), Json.string(json, "remedy"),
                    Json.instant(json, "since"));
            case "unblocked" -> new Unblocked(table, Json.string(json, "reporter"));
            default -> null;
        });
    }

    private static void proposal(ObjectNode json, Proposal p) {
        json.put("id", p.id()).put("worker", p.worker()).put("layout", p.layout()).put("topic-id", p.topicId())
                .put("created", p.created().toString());
        switch (p.predecessor()) {
            case Predecessor.AfterProposal after -> json.put("after-proposal", after.id());
            case Predecessor.AfterSnapshot after -> json.put("after-snapshot", after.snapshotId());
        }
        ObjectNode ranges = json.putObject("ranges");
        p.ranges().forEach((partition, range) -> ranges.putArray(Integer.toString(partition)).add(range.from())
                .add(range.to()));
        ArrayNode schemas = json.putArray("schemas");
        p.schemaIds().forEach(schemas::add);
        files(json, p.files());
        deletes(json, p.deletes());
        Json.longs(json.putObject("clocks"), p.clocks());
    }

    private static void deletes(ObjectNode json, Optional<StagedDeletes> deletes) {
        deletes.ifPresent(d -> json.putObject("deletes").put("rows", d.rows()).put("bytes", d.bytes())
                .put("location", d.location()));
    }

    private static StagedDeletes deletes(JsonNode json) {
        return new StagedDeletes(Json.string(json, "location"), Json.number(json, "rows"), Json.number(json, "bytes"));
    }

    private static Proposal proposal(JsonNode json, Optional<StagedDeletes> deletes) {
        Predecessor predecessor = json.has("after-proposal")
                ? new Predecessor.AfterProposal(Json.string(json, "after-proposal"))
                : new Predecessor.AfterSnapshot(Json.number(json, "after-snapshot"));
        var ranges = new TreeMap<Integer, OffsetRange>();
        Json.members(json, "ranges").forEach(e -> ranges.put(Integer.valueOf(e.getKey()),
                new OffsetRange(Json.number("from", e.getValue().get(0)), Json.number("to", e.getValue().get(1)))));
        List<Integer> schemas = new ArrayList<>();
        Json.array(json, "schemas").forEach(id -> schemas.add(Json.integer("schemas", id)));
        return new Proposal(Json.string(json, "id"), Json.string(json, "worker"), predecessor,
                Json.number(json, "layout"), Json.string(json, "topic-id"), ranges, schemas, files(json), deletes,
                Json.longs(json, "clocks"), Json.instant(json, "created"));
    }

    private static void rewrite(ObjectNode json, Rewrite r) {
        json.put("id", r.id()).put("worker", r.worker()).put("layout", r.layout()).put("snapshot", r.snapshotId())
                .put("created", r.created().toString());
        ArrayNode replaced = json.putArray("replaced");
        r.replaced().forEach(replaced::add);
        ArrayNode deletes = json.putArray("deletes");
        r.deletes().forEach(deletes::add);
        files(json, r.files());
        r.moved().ifPresent(m -> json.putObject("moved").put("location", m.location()).put("bytes", m.bytes()));
    }

    private static Rewrite.StagedMoves moves(JsonNode json) {
        return new Rewrite.StagedMoves(Json.string(json, "location"), Json.number(json, "bytes"));
    }

    private static Rewrite rewrite(JsonNode json, Kind kind, Optional<Rewrite.StagedMoves> moved) {
        return new Rewrite(kind, Json.string(json, "id"), Json.string(json, "worker"), Json.number(json, "layout"),
                Json.number(json, "snapshot"), texts(json, "replaced"), texts(json, "deletes"), files(json), moved,
                Json.instant(json, "created"));
    }

    private static void publication(ObjectNode json, Publication p) {
        json.put("id", p.id()).put("worker", p.worker()).put("layout", p.layout()).put("snapshot", p.snapshotId())
                .put("created", p.created().toString()).put("tag", p.tag());
        ObjectNode range = json.putObject("range").put("column", p.range().column());
        p.range().from().ifPresent(from -> range.put("from", from));
        p.range().to().ifPresent(to -> range.put("to", to));
        json.putObject("source").put("ref", p.source().ref()).put("snapshot", p.source().snapshotId());
        json.putObject("list").put("location", p.files().location()).put("files", p.files().files()).put("rows",
                p.files().rows());
        deletes(json, p.deletes());
        ObjectNode summary = json.putObject("summary");
        new TreeMap<>(p.summary()).forEach(summary::put);
    }

    private static Publication publication(JsonNode json) {
        JsonNode range = Json.required(json, "range");
        JsonNode list = Json.required(json, "list");
        JsonNode source = Json.required(json, "source");
        Map<String, String> summary = new HashMap<>();
        Json.members(json, "summary").forEach(e -> summary.put(e.getKey(), Json.text(e.getValue(), "summary")));
        return new Publication(Json.string(json, "id"), Json.string(json, "worker"), Json.number(json, "layout"),
                Json.number(json, "snapshot"),
                new RowRange(Json.string(range, "column"), optional(range, "from"), optional(range, "to")),
                new Publication.Source(Json.string(source, "ref"), Json.number(source, "snapshot")),
                new Publication.StagedList(Json.string(list, "location"), Json.number(list, "files"),
                        Json.number(list, "rows")),
                json.has("deletes") ? Optional.of(deletes(Json.required(json, "deletes"))) : Optional.empty(),
                Json.string(json, "tag"), summary, Json.instant(json, "created"));
    }

    private static OptionalLong optional(JsonNode json, String field) {
        return json.has(field) ? OptionalLong.of(Json.number(json, field)) : OptionalLong.empty();
    }

    private static void files(ObjectNode json, List<StagedFile> files) {
        ArrayNode array = json.putArray("files");
        files.forEach(f -> array.addObject().put("rows", f.rows()).put("bytes", f.bytes()).put("content",
                f.content()));
    }

    private static List<StagedFile> files(JsonNode json) {
        List<StagedFile> files = new ArrayList<>();
        Json.array(json, "files").forEach(f -> files.add(new StagedFile(Json.string(f, "content"),
                Json.number(f, "rows"), Json.number(f, "bytes"))));
        return files;
    }

    private static void position(ObjectNode json, SourcePosition position) {
        ObjectNode at = json.putObject("position");
        at.put("topic-id", position.topicId());
        Json.longs(at.putObject("next"), position.next());
    }

    private static SourcePosition position(JsonNode json) {
        return SourcePosition.of(Json.required(json, "position"));
    }

    /** A newer committer may know more reasons; each means the same to a worker. */
    private static Reason reason(String name) {
        for (Reason reason : Reason.values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return Reason.PREDECESSOR;
    }

    private static int integer(JsonNode json, String field) {
        return Json.integer(field, json.get(field));
    }

    /** An absent field is an empty list. */
    private static List<String> strings(JsonNode json, String field) {
        return json.has(field) ? texts(json, field) : List.of();
    }

    private static List<String> texts(JsonNode json, String field) {
        return StreamSupport.stream(Json.array(json, field).spliterator(), false).map(s -> Json.text(s, field))
                .toList();
    }
}
