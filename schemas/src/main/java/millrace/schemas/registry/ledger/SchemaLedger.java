package millrace.schemas.registry.ledger;

import io.confluent.kafka.schemaregistry.CompatibilityLevel;
import io.confluent.kafka.schemaregistry.ParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.SimpleParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The whole state of a schema registry. Reading methods answer or throw a {@link RegistryFault}; deciding methods change
 * nothing and say which events would; {@link #apply} alone changes the state. Not safe for several threads: the caller
 * holds one lock from deciding to applying, which is what makes concurrent registrations agree on ids.
 */
public final class SchemaLedger {
    /** Stands for the newest version that is not deleted. */
    public static final int LATEST = -1;

    private static final CompatibilityLevel DEFAULT_LEVEL = CompatibilityLevel.BACKWARD;

    private final TreeMap<String, TreeMap<Integer, StoredSchema>> subjects = new TreeMap<>();
    private final Map<Content, Integer> ids = new HashMap<>();
    private final TreeMap<Integer, Content> contents = new TreeMap<>();
    private final Map<String, CompatibilityLevel> levels = new HashMap<>();
    private final Map<String, SubjectMode> modes = new HashMap<>();
    private CompatibilityLevel level = DEFAULT_LEVEL;
    private SubjectMode mode = SubjectMode.READWRITE;
    private int highestId;

    /** What makes two schemas the same and gives them one id. */
    private record Content(String schema, List<Reference> references) {}

    /** What a client sends to register, look up or test a schema; id and version only when importing. */
    public record Submitted(String schemaType, String schema, List<Reference> references, Optional<Integer> id,
            Optional<Integer> version) {
        public Submitted {
            references = List.copyOf(references);
        }

        public static Submitted avro(String schema) {
            return new Submitted("AVRO", schema, List.of(), Optional.empty(), Optional.empty());
        }
    }

    /** Whether a schema is sent through the normal form of its kind before it is compared and kept. */
    public enum Form {
        AS_WRITTEN, NORMALIZED
    }

    /** Whether deleted versions count. */
    public enum Deleted {
        HIDDEN, SHOWN
    }

    public void apply(LedgerEvent event) {
        if (event instanceof LedgerEvent.SchemaSet e) {
            StoredSchema s = e.schema();
            subjects.computeIfAbsent(s.subject(), k -> new TreeMap<>()).put(s.version(), s);
            Content content = new Content(s.schema(), s.references());
            ids.putIfAbsent(content, s.id());
            contents.put(s.id(), content);
            highestId = Math.max(highestId, s.id());
        } else if (event instanceof LedgerEvent.SchemaErased e) {
            erase(e.subject(), e.version());
        } else if (event instanceof LedgerEvent.SubjectDeleted e) {
            Map<Integer, StoredSchema> versions = subjects.getOrDefault(e.subject(), new TreeMap<>());
            versions.replaceAll((v, s) -> v <= e.version() ? s.asDeleted() : s);
        } else if (event instanceof LedgerEvent.CompatibilitySet e) {
            Optional<CompatibilityLevel> set = e.level().map(CompatibilityLevel::forName);
            e.subject().ifPresentOrElse(s -> levels.compute(s, (k, v) -> set.orElse(null)),
                    () -> level = set.orElse(DEFAULT_LEVEL));
        } else if (event instanceof LedgerEvent.ModeSet e) {
            e.subject().ifPresentOrElse(s -> modes.compute(s, (k, v) -> e.mode().orElse(null)),
                    () -> mode = e.mode().orElse(SubjectMode.READWRITE));
        } else if (event instanceof LedgerEvent.IdsUsed e) {
            highestId = Math.max(highestId, e.highest());
        }
    }

    private void erase(String subject, int version) {
        TreeMap<Integer, StoredSchema> versions = subjects.get(subject);
        StoredSchema gone = versions == null ? null : versions.remove(version);
        if (gone == null) {
            return;
        }
        if (versions.isEmpty()) {
            subjects.remove(subject);
        }
        if (withId(gone.id(), Deleted.SHOWN).isEmpty()) {
            Content content = contents.remove(gone.id());
            ids.remove(content, gone.id());
        }
    }

    // ---- reading -------------------------------------------------------------------------------------------------

    public List<String> subjects(Deleted deleted) {
        return subjects.entrySet().stream().filter(e -> e.getValue().values().stream()
                .anyMatch(s -> deleted == Deleted.SHOWN || !s.deleted())).map(Map.Entry::getKey).toList();
    }

    public List<Integer> versions(String subject, Deleted deleted) {
        List<Integer> out = visible(subject, deleted).map(TreeMap::keySet).map(List::copyOf).orElse(List.of());
        if (out.isEmpty()) {
            throw RegistryFault.subjectNotFound(subject);
        }
        return out;
    }

    /** @param version a number from 1, or {@link #LATEST} */
    public StoredSchema version(String subject, int version, Deleted deleted) {
        TreeMap<Integer, StoredSchema> versions = visible(subject, deleted)
                .orElseThrow(() -> RegistryFault.subjectNotFound(subject));
        StoredSchema found = version == LATEST ? versions.lastEntry().getValue() : versions.get(version);
        if (found == null) {
            throw RegistryFault.versionNotFound(subject, version);
        }
        return found;
    }

    /** The schema behind an id, deleted or not: a record in a topic may still need it. */
    public StoredSchema byId(int id) {
        return withId(id, Deleted.SHOWN).stream().findFirst()
                .orElseThrow(() -> RegistryFault.schemaNotFound("id " + id));
    }

    /** Every version, of whatever subject, that has an id. */
    public List<StoredSchema> withId(int id, Deleted deleted) {
        return subjects.values().stream().flatMap(v -> v.values().stream())
                .filter(s -> s.id() == id && (deleted == Deleted.SHOWN || !s.deleted())).toList();
    }

    public int highestId() {
        return highestId;
    }

    /** Ids of the schemas that refer to a version. */
    public Set<Integer> referencedBy(String subject, int version) {
        Set<Integer> out = new TreeSet<>();
        subjects.values().forEach(versions -> versions.values().stream().filter(s -> !s.deleted())
                .filter(s -> s.references().stream().anyMatch(
                        r -> r.subject().equals(subject) && r.version() == version))
                .forEach(s -> out.add(s.id())));
        return out;
    }

    /** The version of a subject that says what a schema says. */
    public StoredSchema lookup(String subject, Submitted submitted, Form form, Deleted deleted) {
        TreeMap<Integer, StoredSchema> versions = visible(subject, deleted)
                .orElseThrow(() -> RegistryFault.subjectNotFound(subject));
        AvroSchema schema = parse(submitted, form);
        return same(versions, content(schema, submitted), form)
                .orElseThrow(() -> RegistryFault.schemaNotFound("under '" + subject + "'"));
    }

    public String compatibility(Optional<String> subject, Fallback fallback) {
        if (subject.isEmpty()) {
            return level.name;
        }
        CompatibilityLevel own = levels.get(subject.get());
        if (own == null && fallback == Fallback.NONE) {
            throw RegistryFault.noSubjectCompatibility(subject.get());
        }
        return (own == null ? level : own).name;
    }

    public SubjectMode mode(Optional<String> subject, Fallback fallback) {
        if (subject.isEmpty()) {
            return mode;
        }
        SubjectMode own = modes.get(subject.get());
        if (own == null && fallback == Fallback.NONE) {
            throw RegistryFault.noSubjectMode(subject.get());
        }
        return own == null ? mode : own;
    }

    /** Whether the registry's own setting answers for a subject that has none. */
    public enum Fallback {
        NONE, GLOBAL
    }

    /**
     * Why a schema may not follow the versions of a subject at the subject's level; empty if it may.
     *
     * @param against one version, or all of them if absent
     */
    public List<String> incompatibilities(String subject, Submitted submitted, Optional<Integer> against, Form form) {
        AvroSchema schema = parse(submitted, form);
        if (against.isPresent()) {
            return reasons(subject, schema, List.of(version(subject, against.get(), Deleted.HIDDEN)));
        }
        return visible(subject, Deleted.HIDDEN).map(v -> reasons(subject, schema, List.copyOf(v.values())))
                .orElse(List.of());
    }

    // ---- deciding ------------------------------------------------------------------------------------------------

    public Decision<StoredSchema> register(String subject, Submitted submitted, Form form) {
        requireSubjectName(subject);
        SubjectMode allowed = mode(Optional.of(subject), Fallback.GLOBAL);
        if (allowed == SubjectMode.READONLY) {
            throw RegistryFault.notPermitted("The subject '" + subject + "' is read-only.");
        }
        AvroSchema schema = parse(submitted, form);
        Content content = content(schema, submitted);
        TreeMap<Integer, StoredSchema> all = subjects.getOrDefault(subject, new TreeMap<>());
        TreeMap<Integer, StoredSchema> live = visible(subject, Deleted.HIDDEN).orElse(new TreeMap<>());
        Optional<StoredSchema> known = same(live, content, form);
        if (known.isPresent() && submitted.id().map(id -> id == known.get().id()).orElse(true)) {
            return Decision.unchanged(known.get());
        }
        int version = all.isEmpty() ? 1 : all.lastKey() + 1;
        int id = ids.getOrDefault(content, highestId + 1);
        if (allowed == SubjectMode.IMPORT) {
            version = submitted.version().orElse(version);
            id = imported(submitted, content);
        } else if (submitted.id().isPresent()) {
            throw RegistryFault.notPermitted("The subject '" + subject + "' takes ids only in mode IMPORT.");
        } else {
            List<String> reasons = reasons(subject, schema, List.copyOf(live.values()));
            if (!reasons.isEmpty()) {
                throw RegistryFault.incompatible(subject, reasons);
            }
        }
        StoredSchema stored = new StoredSchema(subject, version, id, content.schema(), content.references(), false);
        return new Decision<>(List.of(new LedgerEvent.SchemaSet(stored)), stored);
    }

    private int imported(Submitted submitted, Content content) {
        int id = submitted.id().orElseThrow(() -> RegistryFault.notPermitted("In mode IMPORT a schema needs its id."));
        Content there = contents.get(id);
        if (id < 1 || there != null && !there.equals(content)) {
            throw RegistryFault.notPermitted("The id " + id + " belongs to another schema.");
        }
        return id;
    }

    /** Marks all versions of a subject as deleted, or removes versions so marked for good; answers which. */
    public Decision<List<Integer>> deleteSubject(String subject, Removal removal) {
        TreeMap<Integer, StoredSchema> all = subjects.get(subject);
        if (all == null) {
            throw RegistryFault.subjectNotFound(subject);
        }
        List<StoredSchema> live = all.values().stream().filter(s -> !s.deleted()).toList();
        if (removal == Removal.SOFT && live.isEmpty()) {
            throw RegistryFault.subjectSoftDeleted(subject);
        } else if (removal == Removal.PERMANENT && !live.isEmpty()) {
            throw RegistryFault.subjectNotSoftDeleted(subject);
        }
        List<StoredSchema> gone = removal == Removal.SOFT ? live : List.copyOf(all.values());
        List<LedgerEvent> events = new ArrayList<>();
        gone.forEach(s -> events.addAll(removed(s, removal)));
        if (levels.containsKey(subject)) {
            events.add(new LedgerEvent.CompatibilitySet(Optional.of(subject), Optional.empty()));
        }
        if (modes.containsKey(subject)) {
            events.add(new LedgerEvent.ModeSet(Optional.of(subject), Optional.empty()));
        }
        return new Decision<>(events, gone.stream().map(StoredSchema::version).toList());
    }

    /** The same for one version, which may be {@link #LATEST}. */
    public Decision<Integer> deleteVersion(String subject, int version, Removal removal) {
        StoredSchema s = version(subject, version, Deleted.SHOWN);
        if (version == LATEST && removal == Removal.SOFT) {
            s = version(subject, version, Deleted.HIDDEN);
        }
        if (removal == Removal.SOFT && s.deleted()) {
            throw RegistryFault.versionSoftDeleted(subject, s.version());
        } else if (removal == Removal.PERMANENT && !s.deleted()) {
            throw RegistryFault.versionNotSoftDeleted(subject, s.version());
        }
        return new Decision<>(removed(s, removal), s.version());
    }

    /** Whether what is deleted can still be read by its id, or is gone. */
    public enum Removal {
        SOFT, PERMANENT
    }

    private List<LedgerEvent> removed(StoredSchema s, Removal removal) {
        if (mode(Optional.of(s.subject()), Fallback.GLOBAL) == SubjectMode.READONLY) {
            throw RegistryFault.notPermitted("The subject '" + s.subject() + "' is read-only.");
        }
        Set<Integer> by = referencedBy(s.subject(), s.version());
        if (!by.isEmpty()) {
            throw RegistryFault.referenced(s.subject(), s.version(), by);
        }
        return removal == Removal.SOFT
                ? List.of(new LedgerEvent.SchemaSet(s.asDeleted()))
                : List.of(new LedgerEvent.IdsUsed(highestId), new LedgerEvent.SchemaErased(s.subject(), s.version()));
    }

    /** Sets a level; answers it as it will stand. */
    public Decision<String> setCompatibility(Optional<String> subject, String name) {
        subject.ifPresent(SchemaLedger::requireSubjectName);
        CompatibilityLevel set = CompatibilityLevel.forName(name);
        if (set == null) {
            throw RegistryFault.invalidCompatibility(name);
        }
        return new Decision<>(List.of(new LedgerEvent.CompatibilitySet(subject, Optional.of(set.name))), set.name);
    }

    /** Removes a level, so that the next wider one holds; answers what it was. */
    public Decision<String> removeCompatibility(Optional<String> subject) {
        if (subject.isPresent() && !levels.containsKey(subject.get())) {
            throw RegistryFault.subjectNotFound(subject.get());
        }
        return new Decision<>(List.of(new LedgerEvent.CompatibilitySet(subject, Optional.empty())),
                compatibility(subject, Fallback.GLOBAL));
    }

    /** @param force whether ids may be imported beside schemas that are there already */
    public Decision<SubjectMode> setMode(Optional<String> subject, String name, Force force) {
        subject.ifPresent(SchemaLedger::requireSubjectName);
        SubjectMode set;
        try {
            set = SubjectMode.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw RegistryFault.invalidMode(name);
        }
        boolean occupied = subject.map(s -> visible(s, Deleted.HIDDEN).isPresent()).orElse(
                !subjects(Deleted.HIDDEN).isEmpty());
        if (set == SubjectMode.IMPORT && occupied && force == Force.NO) {
            throw RegistryFault.notPermitted("There are schemas already; mode IMPORT needs force=true.");
        }
        return new Decision<>(List.of(new LedgerEvent.ModeSet(subject, Optional.of(set))), set);
    }

    public Decision<SubjectMode> removeMode(Optional<String> subject) {
        if (subject.isPresent() && !modes.containsKey(subject.get())) {
            throw RegistryFault.subjectNotFound(subject.get());
        }
        return new Decision<>(List.of(new LedgerEvent.ModeSet(subject, Optional.empty())),
                mode(subject, Fallback.GLOBAL));
    }

    /** Whether a change is made over doubts. */
    public enum Force {
        NO, YES
    }

    // ---- schemas -------------------------------------------------------------------------------------------------

    private static void requireSubjectName(String subject) {
        if (subject.isBlank() || subject.chars().anyMatch(Character::isISOControl)) {
            throw RegistryFault.invalidSubject(subject);
        }
    }

    private Optional<TreeMap<Integer, StoredSchema>> visible(String subject, Deleted deleted) {
        TreeMap<Integer, StoredSchema> versions = new TreeMap<>(subjects.getOrDefault(subject, new TreeMap<>()));
        if (deleted == Deleted.HIDDEN) {
            versions.values().removeIf(StoredSchema::deleted);
        }
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions);
    }

    private Optional<StoredSchema> same(TreeMap<Integer, StoredSchema> versions, Content content, Form form) {
        for (StoredSchema s : versions.descendingMap().values()) {
            if (s.references().equals(content.references()) && (s.schema().equals(content.schema())
                    || form == Form.NORMALIZED && parsed(s).normalize().canonicalString().equals(content.schema()))) {
                return Optional.of(s);
            }
        }
        return Optional.empty();
    }

    private List<String> reasons(String subject, AvroSchema schema, List<StoredSchema> earlier) {
        CompatibilityLevel at = CompatibilityLevel.forName(compatibility(Optional.of(subject), Fallback.GLOBAL));
        List<ParsedSchemaHolder> schemas = new ArrayList<>();
        earlier.forEach(s -> schemas.add(new SimpleParsedSchemaHolder(parsed(s))));
        return schema.isCompatible(at, schemas);
    }

    private static Content content(AvroSchema schema, Submitted submitted) {
        return new Content(schema.canonicalString(), submitted.references());
    }

    private AvroSchema parse(Submitted submitted, Form form) {
        if (!submitted.schemaType().equalsIgnoreCase("AVRO")) {
            throw RegistryFault.invalidSchema("schemas of type " + submitted.schemaType() + " are not kept here");
        }
        try {
            AvroSchema schema = avro(submitted.schema(), submitted.references());
            schema.rawSchema();
            return form == Form.NORMALIZED ? schema.normalize() : schema;
        } catch (RegistryFault e) {
            throw e;
        } catch (RuntimeException e) {
            throw RegistryFault.invalidSchema(String.valueOf(e.getMessage()));
        }
    }

    private AvroSchema parsed(StoredSchema s) {
        return avro(s.schema(), s.references());
    }

    private AvroSchema avro(String text, List<Reference> references) {
        Map<String, String> resolved = new LinkedHashMap<>();
        resolve(references, resolved);
        List<SchemaReference> named = references.stream()
                .map(r -> new SchemaReference(r.name(), r.subject(), r.version())).toList();
        return new AvroSchema(text, named, resolved, null);
    }

    /** What a reference refers to comes before it, so that each text is read with all it needs known. */
    private void resolve(List<Reference> references, Map<String, String> resolved) {
        for (Reference r : references) {
            StoredSchema s;
            try {
                s = version(r.subject(), r.version(), Deleted.SHOWN);
            } catch (RegistryFault e) {
                throw RegistryFault.invalidSchema("the reference '" + r.name() + "' leads nowhere: " + e.getMessage());
            }
            if (!resolved.containsKey(r.name())) {
                resolve(s.references(), resolved);
                resolved.put(r.name(), s.schema());
            }
        }
    }
}
