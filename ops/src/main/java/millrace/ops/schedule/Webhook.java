package millrace.ops.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells somebody outside of what is late or was given up, as JSON. */
final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int REDIRECT = 300;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI address;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /** @param address may hold a secret: never shown */
    Webhook(URI address) {
        this.address = address;
    }

    /** True if it was taken. */
    boolean tell(String pipeline, ScheduledRun run, String why) {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(json(pipeline, run, why))).build();
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request,
                HttpResponse.BodyHandlers.discarding());
        try {
            // Also for the end of the answer, which a request's own patience does not cover.
            int status = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            if (status >= OK && status < REDIRECT) {
                return true;
            }
            LOG.warn("the webhook for alerts has answered {}; it is tried again", status);
        } catch (ExecutionException e) {
            // Its message may name the address.
            LOG.warn("the webhook for alerts does not answer ({}); it is tried again",
                    e.getCause().getClass().getSimpleName());
        } catch (TimeoutException e) {
            LOG.warn("the webhook for alerts does not answer in time; it is tried again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            answer.cancel(true);
        }
        return false;
    }

    @Override
    public void close() {
        client.shutdownNow();
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
