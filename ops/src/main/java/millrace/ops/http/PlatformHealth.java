package millrace.ops.http;

import java.util.Map;

import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.AbstractHealthIndicator;
import io.micronaut.management.health.indicator.annotation.Readiness;
import jakarta.inject.Singleton;

import millrace.ops.observe.Status;
import millrace.ops.observe.StatusSource;

/**
 * Whether this process can do its work. A blocked table does not make it unhealthy, since restarting the process would
 * cure nothing; the details name the condition.
 */
@Singleton
@Readiness
class PlatformHealth extends AbstractHealthIndicator<Map<String, Object>> {
    private final StatusSource source;

    PlatformHealth(StatusSource source) {
        this.source = source;
    }

    @Override
    protected Map<String, Object> getHealthInformation() {
        Status status = source.status();
        healthStatus = HealthStatus.UP;
        return Map.of("condition", status.condition(), "blocked", status.blocked().size(), "tables",
                status.tables().size());
    }

    @Override
    protected String getName() {
        return "platform";
    }
}
