package millrace.schemas.registry.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import millrace.schemas.registry.ledger.SchemaLedger.Deleted;
import millrace.schemas.registry.ledger.SchemaLedger.Fallback;
import millrace.schemas.registry.ledger.SchemaLedger.Force;
import millrace.schemas.registry.ledger.SchemaLedger.Form;
import millrace.schemas.registry.ledger.SchemaLedger.Removal;
import millrace.schemas.registry.ledger.SchemaLedger.Submitted;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SchemaLedgerTest {
    private static final String ONE = record("{\"name\":\"a\",\"type\":\"long\"}");
    private static final String TWO = record("{\"name\":\"a\",\"type\":\"long\"},"
            + "{\"name\":\"b\",\"type\":\"int\",\"default\":0}");
    private static final String BREAKING = record("{\"name\":\"a\",\"type\":\"string\"}");

    private final SchemaLedger ledger = new SchemaLedger();
    private final List<LedgerEvent> journal = new ArrayList<>();

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}";
    }

    private <T> T done(Decision<T> decision) {
        decision.events().forEach(ledger::apply);
        journal.addAll(decision.events());
        return decision.answer();
    }

    private StoredSchema register(String subject, String schema) {
        return done(ledger.register(subject, Submitted.avro(schema), Form.AS_WRITTEN));
    }

    private static int fault(ThrowingCallable call) {
        return catchThrowableOfType(RegistryFault.class, call).code();
    }

    @Test
    void theSameSchemaHasOneIdEverywhereAndOneVersionPerSubject() {
        StoredSchema first = register("s", ONE);
        assertThat(List.of(first.id(), first.version())).containsExactly(1, 1);
        assertThat(register("s", " " + ONE)).isEqualTo(first);
        assertThat(register("s", TWO).version()).isEqualTo(2);
        StoredSchema elsewhere = register("t", TWO);
        assertThat(List.of(elsewhere.id(), elsewhere.version())).containsExactly(2, 1);
        assertThat(ledger.withId(2, Deleted.HIDDEN)).extracting(StoredSchema::subject).containsExactly("s", "t");
        assertThat(journal).hasSize(3);
    }

    @Test
    void aSchemaThatBreaksItsSubjectIsRefusedUntilTheLevelAllowsIt() {
        register("s", ONE);
        RegistryFault refused = catchThrowableOfType(RegistryFault.class, () -> register("s", BREAKING));
        assertThat(List.of(refused.code(), refused.status())).containsExactly(409, 409);
        assertThat(refused).hasMessageContaining("'s'").hasMessageContaining("TYPE_MISMATCH");
        assertThat(ledger.incompatibilities("s", Submitted.avro(BREAKING), Optional.empty(), Form.AS_WRITTEN))
                .isNotEmpty();
        assertThat(done(ledger.setCompatibility(Optional.of("s"), "none"))).isEqualTo("NONE");
        assertThat(register("s", BREAKING).version()).isEqualTo(2);
        assertThat(ledger.compatibility(Optional.empty(), Fallback.NONE)).isEqualTo("BACKWARD");
        assertThat(fault(() -> ledger.compatibility(Optional.of("t"), Fallback.NONE))).isEqualTo(40408);
        assertThat(ledger.compatibility(Optional.of("t"), Fallback.GLOBAL)).isEqualTo("BACKWARD");
        assertThat(fault(() -> ledger.setCompatibility(Optional.empty(), "SIDEWARD"))).isEqualTo(42203);
        done(ledger.removeCompatibility(Optional.of("s")));
        assertThat(fault(() -> register("s", ONE.replace("long", "int")))).isEqualTo(409);
    }

    @Test
    void transitiveLevelsLookAtEveryVersion() {
        String three = record(
                "{\"name\":\"a\",\"type\":\"long\"},{\"name\":\"b\",\"type\":\"string\",\"default\":\"\"}");
        register("s", record("{\"name\":\"a\",\"type\":\"long\"},{\"name\":\"b\",\"type\":\"int\",\"default\":0}"));
        register("s", record("{\"name\":\"a\",\"type\":\"long\"}"));
        assertThat(ledger.register("s", Submitted.avro(three), Form.AS_WRITTEN).events()).hasSize(1);
        done(ledger.setCompatibility(Optional.empty(), "BACKWARD_TRANSITIVE"));
        assertThat(fault(() -> register("s", three))).isEqualTo(409);
    }

    @Test
    void everyMistakeHasItsCode() {
        register("s", ONE);
        assertThat(fault(() -> ledger.versions("x", Deleted.HIDDEN))).isEqualTo(40401);
        assertThat(fault(() -> ledger.version("s", 9, Deleted.HIDDEN))).isEqualTo(40402);
        assertThat(fault(() -> ledger.byId(99))).isEqualTo(40403);
        assertThat(fault(() -> ledger.lookup("s", Submitted.avro(TWO), Form.AS_WRITTEN, Deleted.HIDDEN)))
                .isEqualTo(40403);
        assertThat(fault(() -> ledger.lookup("x", Submitted.avro(ONE), Form.AS_WRITTEN, Deleted.HIDDEN)))
                .isEqualTo(40401);
        assertThat(fault(() -> register("s", "{\"type\":\"recordd\"}"))).isEqualTo(42201);
        assertThat(fault(() -> register("s", ""))).isEqualTo(42201);
        assertThat(fault(() -> ledger.register("s", new Submitted("PROTOBUF", "x", List.of(), Optional.empty(),
                Optional.empty()), Form.AS_WRITTEN))).isEqualTo(42201);
        assertThat(fault(() -> register(" ", ONE))).isEqualTo(42208);
        assertThat(fault(() -> ledger.setMode(Optional.empty(), "WRITE", Force.NO))).isEqualTo(42204);
        assertThat(fault(() -> ledger.mode(Optional.of("s"), Fallback.NONE))).isEqualTo(40409);
        assertThat(RegistryFault.invalidVersion("x").code()).isEqualTo(42202);
        assertThat(RegistryFault.invalidVersion("x").status()).isEqualTo(422);
    }

    @Test
    void deletingIsInTwoStepsAndIdsAreNeverGivenOutAgain() {
        register("s", ONE);
        register("s", TWO);
        assertThat(fault(() -> ledger.deleteSubject("s", Removal.PERMANENT))).isEqualTo(40405);
        assertThat(done(ledger.deleteVersion("s", SchemaLedger.LATEST, Removal.SOFT))).isEqualTo(2);
        assertThat(fault(() -> ledger.deleteVersion("s", 2, Removal.SOFT))).isEqualTo(40406);
        assertThat(fault(() -> ledger.deleteVersion("s", 1, Removal.PERMANENT))).isEqualTo(40407);
        assertThat(ledger.versions("s", Deleted.HIDDEN)).containsExactly(1);
        assertThat(ledger.versions("s", Deleted.SHOWN)).containsExactly(1, 2);
        assertThat(ledger.byId(2).deleted()).isTrue();
        assertThat(register("s", TWO)).extracting(StoredSchema::version, StoredSchema::id).containsExactly(3, 2);
        assertThat(done(ledger.deleteSubject("s", Removal.SOFT))).containsExactly(1, 3);
        assertThat(fault(() -> ledger.deleteSubject("s", Removal.SOFT))).isEqualTo(40404);
        assertThat(ledger.subjects(Deleted.HIDDEN)).isEmpty();
        assertThat(done(ledger.deleteSubject("s", Removal.PERMANENT))).containsExactly(1, 2, 3);
        assertThat(fault(() -> ledger.deleteSubject("s", Removal.SOFT))).isEqualTo(40401);
        assertThat(fault(() -> ledger.byId(2))).isEqualTo(40403);
        assertThat(register("s", TWO)).extracting(StoredSchema::version, StoredSchema::id).containsExactly(1, 3);
        assertThat(reread().register("u", Submitted.avro(BREAKING), Form.AS_WRITTEN).answer().id()).isEqualTo(4);
    }

    @Test
    void aDeletedVersionNoLongerHoldsNewOnesBack() {
        register("s", ONE);
        done(ledger.deleteSubject("s", Removal.SOFT));
        assertThat(register("s", BREAKING).version()).isEqualTo(2);
    }

    @Test
    void referencesAreResolvedAndProtected() {
        String address = "{\"type\":\"record\",\"name\":\"Address\",\"namespace\":\"x\",\"fields\":["
                + "{\"name\":\"city\",\"type\":\"string\"}]}";
        String person = "{\"type\":\"record\",\"name\":\"Person\",\"namespace\":\"x\",\"fields\":["
                + "{\"name\":\"home\",\"type\":\"x.Address\"}]}";
        register("address", address);
        assertThat(fault(() -> register("person", person))).isEqualTo(42201);
        List<Reference> to = List.of(new Reference("x.Address", "address", 1));
        Submitted sent = new Submitted("AVRO", person, to, Optional.empty(), Optional.empty());
        StoredSchema stored = done(ledger.register("person", sent, Form.AS_WRITTEN));
        assertThat(stored.references()).isEqualTo(to);
        assertThat(done(ledger.register("person", sent, Form.AS_WRITTEN))).isEqualTo(stored);
        assertThat(ledger.referencedBy("address", 1)).containsExactly(stored.id());
        assertThat(fault(() -> ledger.deleteVersion("address", 1, Removal.SOFT))).isEqualTo(42206);
        assertThat(fault(() -> ledger.register("p", new Submitted("AVRO", person, List.of(
                new Reference("x.Address", "address", 7)), Optional.empty(), Optional.empty()), Form.AS_WRITTEN)))
                .isEqualTo(42201);
    }

    @Test
    void normalFormMakesOneOfManyWaysToWriteASchema() {
        String plain = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":"
                + "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\",\"x\":1,\"b\":2}}]}";
        String other = "{\"fields\":[{\"type\":{\"b\":2,\"x\":1,\"logicalType\":\"timestamp-millis\",\"type\":\"long\"},"
                + "\"name\":\"a\"}],\"name\":\"R\",\"type\":\"record\"}";
        StoredSchema first = done(ledger.register("s", Submitted.avro(plain), Form.NORMALIZED));
        StoredSchema again = done(ledger.register("s", Submitted.avro(other), Form.NORMALIZED));
        assertThat(again).isEqualTo(first);
        assertThat(ledger.lookup("s", Submitted.avro(other), Form.NORMALIZED, Deleted.HIDDEN)).isEqualTo(first);
        assertThat(done(ledger.register("s", Submitted.avro(other), Form.AS_WRITTEN)).version()).isEqualTo(2);
    }

    @Test
    void modesCloseASubjectOrTakeIdsFromElsewhere() {
        register("s", ONE);
        done(ledger.setMode(Optional.of("s"), "READONLY", Force.NO));
        assertThat(fault(() -> register("s", TWO))).isEqualTo(42205);
        assertThat(fault(() -> ledger.deleteSubject("s", Removal.SOFT))).isEqualTo(42205);
        assertThat(register("t", TWO).id()).isEqualTo(2);
        assertThat(fault(() -> ledger.setMode(Optional.of("t"), "IMPORT", Force.NO))).isEqualTo(42205);
        done(ledger.setMode(Optional.of("u"), "IMPORT", Force.NO));
        Submitted with77 = new Submitted("AVRO", BREAKING, List.of(), Optional.of(77), Optional.of(5));
        assertThat(done(ledger.register("u", with77, Form.AS_WRITTEN)))
                .extracting(StoredSchema::id, StoredSchema::version).containsExactly(77, 5);
        assertThat(fault(() -> ledger.register("u", new Submitted("AVRO", ONE, List.of(), Optional.of(77),
                Optional.empty()), Form.AS_WRITTEN))).isEqualTo(42205);
        done(ledger.removeMode(Optional.of("s")));
        assertThat(register("s", record("{\"name\":\"a\",\"type\":\"double\"}")).id()).isEqualTo(78);
    }

    @Test
    void whatConfluentsRegistryWroteIsUnderstood() {
        SchemaLedger other = new SchemaLedger();
        Map<String, String> topic = new LinkedHashMap<>();
        topic.put("{\"keytype\":\"NOOP\",\"magic\":0}", null);
        topic.put("{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}",
                "{\"subject\":\"s\",\"version\":1,\"id\":4,\"schema\":\"\\\"string\\\"\",\"deleted\":false}");
        topic.put("{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}", "{\"compatibilityLevel\":\"FULL\"}");
        topic.put("{\"keytype\":\"MODE\",\"subject\":\"s\",\"magic\":0}", "{\"mode\":\"READONLY\"}");
        topic.put("{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}",
                "{\"subject\":\"s\",\"version\":1}");
        topic.forEach((k, v) -> JournalFormat.read(k, v).ifPresent(other::apply));
        assertThat(other.byId(4).deleted()).isTrue();
        assertThat(other.compatibility(Optional.empty(), Fallback.NONE)).isEqualTo("FULL");
        assertThat(other.mode(Optional.of("s"), Fallback.NONE)).isEqualTo(SubjectMode.READONLY);
    }

    /** What a new process knows that reads a compacted journal. */
    private SchemaLedger reread() {
        Map<String, String> topic = new LinkedHashMap<>();
        for (LedgerEvent event : journal) {
            JournalFormat.Entry entry = JournalFormat.write(event);
            topic.remove(entry.key());
            if (entry.value() != null) {
                topic.put(entry.key(), entry.value());
            }
        }
        SchemaLedger out = new SchemaLedger();
        topic.forEach((k, v) -> JournalFormat.read(k, v).ifPresent(out::apply));
        return out;
    }

    @Test
    void aCompactedJournalTellsTheSameAfterAnyHistory() {
        for (long seed = 1; seed <= 200; seed++) {
            SchemaLedgerTest run = new SchemaLedgerTest();
            Map<String, Integer> idOf = new HashMap<>();
            Map<Integer, String> contentOf = new TreeMap<>();
            Random random = new Random(seed);
            for (int step = 0; step < 40; step++) {
                try {
                    run.step(random, idOf, contentOf);
                } catch (RegistryFault e) {
                    assertThat(e.code()).as("seed " + seed).isNotEqualTo(50001);
                }
            }
            assertThat(run.reread().subjects(Deleted.SHOWN)).as("seed " + seed)
                    .isEqualTo(run.ledger.subjects(Deleted.SHOWN));
            assertThat(describe(run.reread())).as("seed " + seed).isEqualTo(describe(run.ledger));
        }
    }

    private void step(Random random, Map<String, Integer> idOf, Map<Integer, String> contentOf) {
        String subject = "s" + random.nextInt(3);
        switch (random.nextInt(8)) {
            case 0 -> done(ledger.deleteSubject(subject, random.nextBoolean() ? Removal.SOFT : Removal.PERMANENT));
            case 1 -> done(ledger.deleteVersion(subject, 1 + random.nextInt(3),
                    random.nextBoolean() ? Removal.SOFT : Removal.PERMANENT));
            case 2 -> done(ledger.setCompatibility(Optional.of(subject), random.nextBoolean() ? "NONE" : "FULL"));
            default -> {
                StoredSchema s = register(subject,
                        record("{\"name\":\"f" + random.nextInt(6) + "\",\"type\":\"int\"}"));
                // An id means one schema for ever, though a schema may get a new id once every trace of it was erased.
                assertThat(contentOf.putIfAbsent(s.id(), s.schema())).isIn(null, s.schema());
                idOf.put(s.schema(), s.id());
            }
        }
    }

    private static List<Object> describe(SchemaLedger ledger) {
        List<Object> out = new ArrayList<>();
        out.add(ledger.highestId());
        for (String s : ledger.subjects(Deleted.SHOWN)) {
            ledger.versions(s, Deleted.SHOWN).forEach(v -> out.add(ledger.version(s, v, Deleted.SHOWN)));
            out.add(ledger.compatibility(Optional.of(s), Fallback.GLOBAL));
        }
        return out;
    }
}
