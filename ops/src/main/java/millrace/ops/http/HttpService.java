package millrace.ops.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.http.server.exceptions.ServerStartupException;

import millrace.ops.observe.StatusSource;
import millrace.ops.problem.OpsProblem;
import millrace.ops.schedule.Runs;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** The HTTP server of one process. Everything it answers comes from the {@link StatusSource} and the {@link Runs}. */
public final class HttpService implements AutoCloseable {
    private final ApplicationContext context;
    private final EmbeddedServer server;

    private HttpService(ApplicationContext context, EmbeddedServer server) {
        this.context = context;
        this.server = server;
    }

    /**
     * Starts, and returns when requests are answered.
     *
     * @param host a loopback address; others are refused while the API knows no authentication
     * @param port 0 takes a free one
     * @throws ProblemException if the address is refused or the port is taken
     */
    public static HttpService start(StatusSource status, Runs runs, String host, int port) {
        requireLoopback(host);
        Map<String, Object> settings = new HashMap<>();
        settings.put("micronaut.application.name", "millrace");
        settings.put("micronaut.server.host", host);
        settings.put("micronaut.server.port", port == 0 ? -1 : port);
        ApplicationContext context = ApplicationContext.builder().eagerInitSingletons(false).banner(false)
                .deduceEnvironment(false).deduceCloudEnvironment(false).environmentPropertySource(false)
                .properties(settings).singletons(status, runs).build();
        try {
            context.start();
            EmbeddedServer server = context.getBean(EmbeddedServer.class);
            server.start();
            return new HttpService(context, server);
        } catch (ServerStartupException e) {
            context.close();
            throw new ProblemException(Problem.of(OpsProblem.PORT_IN_USE, host + ":" + port,
                    "The HTTP server could not listen on " + host + ":" + port + ": " + rootMessage(e))
                    .withRemedy(OpsProblem.PORT_IN_USE.remedy()));
        }
    }

    /** Where it listens, such as {@code http://127.0.0.1:8080}. */
    public URI address() {
        return server.getURI();
    }

    @Override
    public void close() {
        context.close();
    }

    private static void requireLoopback(String host) {
        try {
            if (InetAddress.getByName(host).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException e) {
            // reported below: a name that cannot be resolved cannot be listened on either
        }
        throw new ProblemException(Problem.of(OpsProblem.API_UNPROTECTED, host, "The API was asked to listen on \""
                + host + "\". It has no authentication yet, so only a loopback address is accepted.")
                .withRemedy(OpsProblem.API_UNPROTECTED.remedy()));
    }

    private static String rootMessage(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }
}
