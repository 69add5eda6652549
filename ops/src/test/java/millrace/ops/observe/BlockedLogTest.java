package millrace.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

import millrace.sinks.iceberg.event.SinkEvent;
import org.junit.jupiter.api.Test;

class BlockedLogTest {
    private static final Instant T = Instant.parse("2026-11-19T10:00:00Z");
    private final UUID table = UUID.randomUUID();
    private final BlockedLog log = new BlockedLog(Duration.ofSeconds(90));

    @Test
    void aTableIsBlockedUntilEveryReporterHasTakenItBack() {
        log.hear(blocked("worker", T), T);
        log.hear(blocked("committer", T.plusSeconds(1)), T.plusSeconds(1));
        assertThat(of(T.plusSeconds(2))).isTrue();
        log.hear(new SinkEvent.Unblocked(table, "worker"), T.plusSeconds(2));
        assertThat(of(T.plusSeconds(2))).isTrue();
        log.hear(new SinkEvent.Unblocked(table, "committer"), T.plusSeconds(3));
        assertThat(of(T.plusSeconds(3))).isFalse();
    }

    @Test
    void whatIsNotRepeatedIsForgotten() {
        log.hear(blocked("killed", T), T);
        assertThat(of(T.plusSeconds(89))).isTrue();
        assertThat(of(T.plusSeconds(91))).isFalse();
    }

    @Test
    void theEndOfABlockMayBeAllThatIsHeardOfIt() {
        log.hear(new SinkEvent.Unblocked(table, "worker"), T);
        assertThat(of(T)).isFalse();
    }

    private boolean of(Instant now) {
        return log.of(table, "bronze.orders", now).isPresent();
    }

    private SinkEvent blocked(String reporter, Instant since) {
        return new SinkEvent.Blocked(table, reporter, "STORAGE_FULL", "full", "free some space", since);
    }
}
