package millrace.ops.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells somebody outside of what is late or was given up, as JSON. */
final class Webhook {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int REDIRECT = 300;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI address;

    /** @param address may hold a secret: never shown */
    Webhook(URI address) {
        this.address = address;
    }

    /** True if it was taken. */
    boolean tell(String pipeline, ScheduledRun run, String why) {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpRequest request = HttpRequest.newBuilder(address).timeout(PATIENCE)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(json(pipeline, run, why))).build();
            int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status >= OK && status < REDIRECT) {
                return true;
            }
            LOG.warn("the webhook for alerts has answered {}; it is tried again", status);
        } catch (IOException e) {
            LOG.warn("the webhook for alerts does not answer ({}); it is tried again", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private static byte[] json(String pipeline, ScheduledRun run, String why) {
        Map<String, Object> body = new LinkedHashMap<>();
        // What chat rooms show that take hooks.
        body.put("text", pipeline + ": " + run.id() + " (" + run.action() + ") " + why);
        body.put("pipeline", pipeline);
        body.put("schedule", run.schedule());
        body.put("action", run.action());
        body.put("run", run.id());
        body.put("due", run.due().toString());
        body.put("status", run.words());
        body.put("attempt", run.attempt());
        body.put("why", why);
        try {
            return JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
