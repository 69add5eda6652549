package millrace.ops.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import millrace.ops.observe.Activity;
import millrace.ops.observe.PlatformObserver;
import millrace.ops.observe.Status;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.RunningInstance;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.run.SinkConfig;

/** Asks a running instance how everything is; where none serves the API, looks at topics and tables itself. */
final class StatusClient {
    private StatusClient() {}

    static Status status(Where where, Terminal terminal) throws InterruptedException {
        var running = where.running(terminal).filter(r -> !r.http().isEmpty());
        if (running.isPresent()) {
            return ask(running.get());
        }
        Where.Access access = where.access(terminal);
        try (PlatformObserver observer = new PlatformObserver(WhatRuns.of(where, terminal), access.clientProperties(),
                SinkConfig.CONTROL_TOPIC, Catalog.properties(where, terminal), Activity.NONE, terminal.clock())) {
            return observer.status();
        }
    }

    private static Status ask(RunningInstance instance) throws InterruptedException {
        URI address = URI.create(instance.http() + "/v1/status");
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(30)).build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 200) {
                return Result.read(response.body(), Status.class);
            }
            throw unreachable(address, "answered " + response.statusCode());
        } catch (IOException e) {
            throw unreachable(address, "does not answer: " + e);
        }
    }

    private static ProblemException unreachable(URI address, String how) {
        return new ProblemException(Problem.of(OpsProblem.UNREACHABLE, address.toString(), address + " " + how + ".")
                .withRemedy(OpsProblem.UNREACHABLE.remedy()));
    }
}
