package millrace.ops.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.embedded.EmbeddedBroker;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.schemas.registry.ledger.LedgerEvent;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaRegistryJournalTest {
    @TempDir
    private Path dir;

    private static KafkaRegistryJournal journal(EmbeddedBroker broker) {
        return new KafkaRegistryJournal(Map.of("bootstrap.servers", broker.bootstrapServers()), "_schemas",
                Optional.empty());
    }

    private static List<LedgerEvent> opened(KafkaRegistryJournal journal) {
        List<LedgerEvent> events = new ArrayList<>();
        journal.open(events::add);
        return events;
    }

    private static LedgerEvent level(String subject, String level) {
        return new LedgerEvent.CompatibilitySet(Optional.of(subject), Optional.of(level));
    }

    @Test
    void whatWasAnsweredIsThereAfterTheBrokerAndTheRegistryRestart() {
        Schema schema = new Schema.Parser().parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
                + "{\"name\":\"a\",\"type\":\"long\"}]}");
        int id;
        try (EmbeddedBroker broker = EmbeddedBroker.start(dir);
                EmbeddedRegistry registry = EmbeddedRegistry.start(journal(broker), "127.0.0.1", 0);
                ConfluentRegistry client = new ConfluentRegistry(registry.url(), Map.of())) {
            id = client.register("t-value", schema);
            assertThat(client.register("u-value", schema)).isEqualTo(id);
        }
        try (EmbeddedBroker broker = EmbeddedBroker.start(dir);
                EmbeddedRegistry registry = EmbeddedRegistry.start(journal(broker), "127.0.0.1", 0);
                ConfluentRegistry client = new ConfluentRegistry(registry.url(), Map.of())) {
            assertThat(client.byId(id)).isEqualTo(schema);
            assertThat(client.subjects()).containsExactly("t-value", "u-value");
        }
    }

    @Test
    void whoOpensLastIsTheOnlyWriter() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(dir);
                KafkaRegistryJournal first = journal(broker);
                KafkaRegistryJournal second = journal(broker)) {
            assertThat(opened(first)).isEmpty();
            first.append(List.of(level("a", "FULL"), level("b", "NONE")));
            assertThat(opened(second)).containsExactly(level("a", "FULL"), level("b", "NONE"));
            second.append(List.of(level("c", "NONE")));
            assertThatThrownBy(() -> first.append(List.of(level("d", "NONE"))))
                    .isInstanceOf(RegistryJournal.JournalFailed.class);
            assertThat(opened(first)).containsExactly(level("a", "FULL"), level("b", "NONE"), level("c", "NONE"));
            first.append(List.of(level("d", "NONE")));
        }
    }
}
