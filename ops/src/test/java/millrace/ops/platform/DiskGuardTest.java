package millrace.ops.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

class DiskGuardTest {
    private final AtomicLong free = new AtomicLong(10 * DiskGuard.LOW);
    private final List<String> done = new ArrayList<>();
    private final Instant now = Instant.parse("2026-11-19T10:00:00Z");
    private final DiskGuard guard = new DiskGuard("/data", free::get,
            DiskGuard.intake(b -> done.add(b.code() + ": " + b.reason()), () -> done.add("released")), () -> now);

    @Test
    void intakeIsHeldBelowAGibibyteAndLetGoSomewhatAbove() {
        guard.look();
        free.set(DiskGuard.LOW);
        guard.look();
        assertThat(done).isEmpty();
        free.set(DiskGuard.LOW - 1);
        guard.look();
        guard.look();
        assertThat(done).hasSize(1);
        assertThat(done.getFirst()).startsWith("DISK_FULL: Only 1023 MiB are free at /data");
        free.set(DiskGuard.ENOUGH - 1);
        guard.look();
        assertThat(done).hasSize(1);
        free.set(DiskGuard.ENOUGH);
        guard.look();
        assertThat(done).endsWith("released").hasSize(2);
        free.set(0);
        guard.look();
        assertThat(done).hasSize(3);
    }

    @Test
    void whatFailedIsTriedAgain() {
        List<String> calls = new ArrayList<>();
        DiskGuard failing = new DiskGuard("/data", () -> 0, DiskGuard.intake(b -> {
            calls.add("hold");
            if (calls.size() == 1) {
                throw new IllegalStateException("the broker does not answer");
            }
        }, () -> {}), () -> now);
        assertThatThrownBy(failing::look).hasMessageContaining("does not answer");
        failing.look();
        failing.look();
        assertThat(calls).hasSize(2);
    }
}
