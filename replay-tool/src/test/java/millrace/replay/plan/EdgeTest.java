package millrace.replay.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeTest {
    @Test
    void aTimeIsInUtcUnlessItSaysAnother() {
        assertThat(Edge.parse("2026-11-01")).isEqualTo(new Edge.At(Instant.parse("2026-11-01T00:00:00Z")));
        assertThat(Edge.parse("2026-11-01T10:30")).isEqualTo(new Edge.At(Instant.parse("2026-11-01T10:30:00Z")));
        assertThat(Edge.parse("2026-11-01 10:30:05")).isEqualTo(new Edge.At(Instant.parse("2026-11-01T10:30:05Z")));
        assertThat(Edge.parse("2026-11-01T10:30Z")).isEqualTo(new Edge.At(Instant.parse("2026-11-01T10:30:00Z")));
        assertThat(Edge.parse("2026-11-01T10:30+02:00")).isEqualTo(new Edge.At(Instant.parse("2026-11-01T08:30:00Z")));
        assertThat(Edge.parse("2026-11-01T10:30-02:00")).isEqualTo(new Edge.At(Instant.parse("2026-11-01T12:30:00Z")));
    }

    @Test
    void aDurationIsSoLongAgo() {
        assertThat(Edge.parse("7d")).isEqualTo(new Edge.Ago(Duration.ofDays(7)));
    }

    @Test
    void offsetsAndSnapshotsSayWhatTheyAreOf() {
        assertThat(Edge.parse("offset:0=118204,1=117990"))
                .isEqualTo(new Edge.Records(Optional.empty(), Map.of(0, 118204L, 1, 117990L)));
        assertThat(Edge.parse("offset:clicks:3=5")).isEqualTo(new Edge.Records(Optional.of("clicks"), Map.of(3, 5L)));
        assertThat(Edge.parse("snapshot:gold.hourly@good")).isEqualTo(new Edge.State("gold.hourly", "good"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "2026-13-01", "offset:0", "offset:0=99999999999999999999",
            "snapshot:good"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Edge.parse(text)).isInstanceOf(ProblemException.class)
                .hasMessageContaining("is no end of a range");
    }
}
