package millrace.ops.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import io.confluent.kafka.schemaregistry.client.rest.entities.SubjectVersion;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.registry.IncompatibleSchemaException;
import millrace.schemas.registry.RegistryUnavailableException;
import millrace.schemas.registry.SchemaRegistry;
import millrace.schemas.registry.UnknownSchemaException;
import org.apache.avro.Schema;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Confluent's own client, and our adapter to it, against the embedded registry. */
class RegistryProtocolTest {
    private final InMemoryJournal.Topic topic = new InMemoryJournal.Topic();
    private InMemoryJournal journal = new InMemoryJournal(topic);
    private EmbeddedRegistry registry;
    private SchemaRegistryClient client;

    @BeforeEach
    void start() {
        registry = EmbeddedRegistry.start(journal, "127.0.0.1", 0);
        client = client();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private SchemaRegistryClient client() {
        return new CachedSchemaRegistryClient(new RestService(registry.url()), 100, List.of(new AvroSchemaProvider()),
                Map.of(), Map.of());
    }

    private static AvroSchema record(String fields) {
        return new AvroSchema("{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"x\",\"fields\":[" + fields + "]}");
    }

    private static final AvroSchema ONE = record("{\"name\":\"a\",\"type\":\"long\"}");
    private static final AvroSchema TWO = record("{\"name\":\"a\",\"type\":\"long\"},"
            + "{\"name\":\"b\",\"type\":[\"null\",\"double\"],\"default\":null}");
    private static final AvroSchema BREAKING = record("{\"name\":\"a\",\"type\":\"string\"}");

    private static int code(ThrowingCallable call) {
        return catchThrowableOfType(RestClientException.class, call).getErrorCode();
    }

    @Test
    void registerFetchEvolveReject() throws Exception {
        int first = client.register("t-value", ONE);
        assertThat(client.register("t-value", ONE)).isEqualTo(first);
        assertThat(client().getSchemaById(first)).isEqualTo(ONE);
        assertThat(client.testCompatibility("t-value", TWO)).isTrue();
        int second = client.register("t-value", TWO);
        assertThat(client.getAllVersions("t-value")).containsExactly(1, 2);
        assertThat(client.getVersion("t-value", TWO)).isEqualTo(2);
        assertThat(client.getId("t-value", TWO)).isEqualTo(second);
        assertThat(client.getLatestSchemaMetadata("t-value").getId()).isEqualTo(second);
        assertThat(client.getSchemaMetadata("t-value", 1).getSchema()).isEqualTo(ONE.canonicalString());
        assertThat(client.testCompatibility("t-value", BREAKING)).isFalse();
        assertThat(client.testCompatibilityVerbose("t-value", BREAKING)).anySatisfy(
                m -> assertThat(m).contains("TYPE_MISMATCH"));
        RestClientException refused = catchThrowableOfType(RestClientException.class,
                () -> client.register("t-value", BREAKING));
        assertThat(List.of(refused.getStatus(), refused.getErrorCode())).containsExactly(409, 409);
        assertThat(client.getAllSubjects()).containsExactly("t-value");
        assertThat(client.getAllSubjectsByPrefix("x")).isEmpty();
    }

    @Test
    void idsAreSharedAcrossSubjects() throws Exception {
        int id = client.register("a-value", ONE);
        client.register("other", TWO);
        assertThat(client.register("b/c d-value", ONE)).isEqualTo(id);
        assertThat(client.getAllSubjectsById(id)).containsExactlyInAnyOrder("a-value", "b/c d-value");
        assertThat(client.getAllVersionsById(id)).containsExactlyInAnyOrder(new SubjectVersion("a-value", 1),
                new SubjectVersion("b/c d-value", 1));
        assertThat(client.getAllVersions("b/c d-value")).containsExactly(1);
    }

    @Test
    void compatibilityAndModes() throws Exception {
        client.register("s", ONE);
        assertThat(client.getCompatibility(null)).isEqualTo("BACKWARD");
        assertThat(code(() -> client.getCompatibility("s"))).isEqualTo(40408);
        assertThat(client.updateCompatibility("s", "NONE")).isEqualTo("NONE");
        assertThat(client.getCompatibility("s")).isEqualTo("NONE");
        client.register("s", BREAKING);
        client.deleteCompatibility("s");
        assertThat(code(() -> client.getCompatibility("s"))).isEqualTo(40408);
        assertThat(code(() -> client.updateCompatibility(null, "MAYBE"))).isEqualTo(42203);
        assertThat(client.updateCompatibility(null, "FULL_TRANSITIVE")).isEqualTo("FULL_TRANSITIVE");
        assertThat(client.getMode()).isEqualTo("READWRITE");
        assertThat(client.setMode("READONLY", "s")).isEqualTo("READONLY");
        assertThat(client.getMode("s")).isEqualTo("READONLY");
        assertThat(code(() -> client.register("s", record("{\"name\":\"z\",\"type\":\"int\",\"default\":1}"))))
                .isEqualTo(42205);
        client.deleteMode("s");
        assertThat(code(() -> client.getMode("s"))).isEqualTo(40409);
    }

    @Test
    void referencesAreResolvedByTheClient() throws Exception {
        AvroSchema address = new AvroSchema("{\"type\":\"record\",\"name\":\"Address\",\"namespace\":\"x\",\"fields\":["
                + "{\"name\":\"city\",\"type\":\"string\"}]}");
        client.register("address", address);
        AvroSchema person = new AvroSchema("{\"type\":\"record\",\"name\":\"Person\",\"namespace\":\"x\",\"fields\":["
                + "{\"name\":\"home\",\"type\":\"Address\"}]}", List.of(new SchemaReference("x.Address", "address", 1)),
                Map.of("x.Address", address.canonicalString()), null);
        int id = client.register("person", person);
        ParsedSchema fetched = client().getSchemaById(id);
        assertThat(fetched.references()).isEqualTo(person.references());
        try (ConfluentRegistry ours = new ConfluentRegistry(registry.url(), Map.of())) {
            assertThat(ours.byId(id).getField("home").schema().getFields()).extracting(Schema.Field::name)
                    .containsExactly("city");
            assertThat(ours.latest("person").orElseThrow().schema()).isEqualTo(person.rawSchema());
        }
        assertThat(code(() -> client.deleteSubject("address"))).isEqualTo(42206);
    }

    @Test
    void normalizationFindsTheSameSchemaWrittenOtherwise() throws Exception {
        AvroSchema loose = new AvroSchema("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":"
                + "{\"type\":\"long\",\"z\":1,\"b\":2}}]}");
        AvroSchema tight = new AvroSchema("{\"fields\":[{\"type\":{\"b\":2,\"z\":1,\"type\":\"long\"},\"name\":\"a\"}],"
                + "\"name\":\"R\",\"type\":\"record\"}");
        int id = client.register("n", loose, true);
        assertThat(client().register("n", tight, true)).isEqualTo(id);
        assertThat(client().getId("n", tight, true)).isEqualTo(id);
        assertThat(client.getAllVersions("n")).containsExactly(1);
    }

    @Test
    void deletingInTwoSteps() throws Exception {
        int id = client.register("d", ONE);
        client.register("d", TWO);
        assertThat(client.deleteSchemaVersion("d", "1")).isEqualTo(1);
        assertThat(client.getAllVersions("d")).containsExactly(2);
        assertThat(client.getAllVersions("d", true)).containsExactly(1, 2);
        assertThat(client().getSchemaById(id)).isEqualTo(ONE);
        assertThat(code(() -> client.deleteSubject("d", true))).isEqualTo(40405);
        assertThat(client.deleteSubject("d")).containsExactly(2);
        assertThat(code(() -> client.deleteSubject("d"))).isEqualTo(40404);
        assertThat(client.getAllSubjects()).isEmpty();
        assertThat(client.getAllSubjects(true)).containsExactly("d");
        assertThat(client.deleteSubject("d", true)).containsExactly(1, 2);
        assertThat(code(() -> client().getSchemaById(id))).isEqualTo(40403);
        assertThat(code(() -> client.getAllVersions("d"))).isEqualTo(40401);
        assertThat(client.register("d", BREAKING)).isEqualTo(3);
    }

    @Test
    void mistakesHaveTheProtocolsCodes() throws Exception {
        client.register("s", ONE);
        assertThat(code(() -> client.getLatestSchemaMetadata("none"))).isEqualTo(40401);
        assertThat(code(() -> client.getSchemaMetadata("s", 7))).isEqualTo(40402);
        assertThat(code(() -> client.getSchemaById(7))).isEqualTo(40403);
        assertThat(code(() -> client.getId("s", TWO))).isEqualTo(40403);
        assertThat(send("GET", "/subjects/s/versions/zero", "")).startsWith("422 {").contains("42202");
        assertThat(send("POST", "/subjects/s/versions", "{\"schema\":\"{\\\"type\\\":\\\"rec\\\"}\"}"))
                .startsWith("422 {").contains("42201");
        assertThat(send("POST", "/subjects/s/versions", "not json")).startsWith("422 {");
        assertThat(send("PUT", "/subjects", "")).startsWith("405 {");
        assertThat(send("GET", "/nothing/here", "")).startsWith("404 {");
        assertThat(send("GET", "/schemas/types", ""))
                .isEqualTo("200 [\"AVRO\"] application/vnd.schemaregistry.v1+json");
        assertThat(send("GET", "/subjects/s/versions/latest/schema", "")).contains("\"type\":\"record\"");
        assertThat(send("GET", "/schemas?subjectPrefix=s&latestOnly=true", "")).startsWith("200 [{\"subject\":\"s\"");
    }

    private String send(String method, String path, String body) throws Exception {
        HttpResponse<String> r = HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                URI.create(registry.url() + path)).method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
        return r.statusCode() + " " + r.body() + " " + r.headers().firstValue("content-type").orElse("");
    }

    @Test
    void manyClientsAtOnceAgreeOnIdsAndVersions() throws Exception {
        client.updateCompatibility(null, "NONE");
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Callable<List<Integer>>> calls = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                calls.add(() -> {
                    SchemaRegistryClient mine = client();
                    List<Integer> ids = new ArrayList<>();
                    for (int n = 0; n < 20; n++) {
                        ids.add(mine.register("c" + n % 2, record("{\"name\":\"f" + n + "\",\"type\":\"int\"}")));
                    }
                    return ids;
                });
            }
            Set<List<Integer>> answers = new HashSet<>();
            for (Future<List<Integer>> f : threads.invokeAll(calls)) {
                answers.add(f.get());
            }
            assertThat(answers).hasSize(1);
            assertThat(answers.iterator().next()).doesNotHaveDuplicates();
        }
        assertThat(client.getAllVersions("c0")).hasSize(10);
        assertThat(client.getAllVersions("c1")).hasSize(10);
    }

    @Test
    void aRestartKeepsEverything() throws Exception {
        int one = client.register("s", ONE);
        client.register("s", TWO);
        client.updateCompatibility("s", "FULL");
        client.deleteSchemaVersion("s", "1");
        registry.close();
        journal = new InMemoryJournal(topic);
        start();
        assertThat(client.getAllVersions("s")).containsExactly(2);
        assertThat(client.getSchemaById(one)).isEqualTo(ONE);
        assertThat(client.getCompatibility("s")).isEqualTo("FULL");
        assertThat(client.register("t", BREAKING)).isEqualTo(3);
    }

    @Test
    void aWriteWhoseOutcomeIsUnknownIsLookedUpBeforeTheNextAnswer() throws Exception {
        journal.next(InMemoryJournal.Outcome.WRITTEN_BUT_UNKNOWN);
        assertThat(code(() -> client.register("s", ONE))).isEqualTo(50001);
        assertThat(client.getAllVersions("s")).containsExactly(1);
        assertThat(client.register("s", ONE)).isEqualTo(1);
        journal.next(InMemoryJournal.Outcome.LOST);
        assertThat(code(() -> client.register("s", TWO))).isEqualTo(50001);
        assertThat(client.getAllVersions("s")).containsExactly(1);
        assertThat(client.register("s", TWO)).isEqualTo(2);
    }

    @Test
    void ofTwoRegistriesOnOneJournalOneWritesAndNothingIsLost() throws Exception {
        client.register("s", ONE);
        try (EmbeddedRegistry second = EmbeddedRegistry.start(new InMemoryJournal(topic), "127.0.0.1", 0)) {
            var other = new CachedSchemaRegistryClient(second.url(), 10);
            assertThat(other.register("s", TWO)).isEqualTo(2);
            // The first was shut out; it takes the journal back with all that the second wrote.
            assertThat(code(() -> client.register("t", BREAKING))).isEqualTo(50001);
            assertThat(client.register("t", BREAKING)).isEqualTo(3);
            assertThat(client.getAllVersions("s")).containsExactly(1, 2);
        }
    }

    @Test
    void ourAdapterTellsWhatHappenedInItsOwnWords() {
        SchemaRegistry ours = new ConfluentRegistry(registry.url(), Map.of());
        assertThat(ours.latest("s")).isEmpty();
        assertThat(ours.incompatibilities("s", ONE.rawSchema())).isEmpty();
        int id = ours.register("s", ONE.rawSchema());
        assertThat(ours.latest("s")).isEqualTo(Optional.of(new SchemaRegistry.Registered(id, 1, ONE.rawSchema())));
        assertThat(ours.byId(id)).isEqualTo(ONE.rawSchema());
        assertThat(ours.incompatibilities("s", TWO.rawSchema())).isEmpty();
        assertThat(ours.incompatibilities("s", BREAKING.rawSchema())).isNotEmpty();
        assertThatThrownBy(() -> ours.register("s", BREAKING.rawSchema()))
                .isInstanceOf(IncompatibleSchemaException.class).hasMessageContaining("'s'");
        assertThatThrownBy(() -> ours.byId(99)).isInstanceOf(UnknownSchemaException.class)
                .hasMessageContaining("schema 99");
        registry.close();
        assertThatThrownBy(() -> ours.byId(98)).isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining(registry.url());
        assertThat(ours.byId(id)).as("what is cached stays known").isEqualTo(ONE.rawSchema());
    }
}
