package millrace.ops.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ledger.RegistryFault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry in this process, on a port of its own, for every client that speaks Confluent's protocol. It keeps
 * nothing but what its journal keeps.
 */
public final class EmbeddedRegistry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRegistry.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int LARGEST_BODY = 16 << 20;

    static {
        // Headers and body leave in two packets: without this each answer waits 40 ms for an acknowledgement.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final RegistryStore store;
    private final RegistryRoutes routes;

    private EmbeddedRegistry(HttpServer server, RegistryJournal journal) {
        this.server = server;
        this.store = new RegistryStore(journal);
        this.routes = new RegistryRoutes(store);
    }

    /**
     * Reads the journal, then serves. The journal is closed with the registry.
     *
     * @param host address to listen on, {@code 127.0.0.1} for this machine only
     * @param port 0 takes a free one
     * @throws ProblemException if the port is taken or the journal cannot be read; nothing runs then
     */
    public static EmbeddedRegistry start(RegistryJournal journal, String host, int port) {
        EmbeddedRegistry registry = new EmbeddedRegistry(bind(host, port), journal);
        try {
            registry.store.read(ledger -> ledger.highestId());
        } catch (RegistryFault e) {
            registry.close();
            throw new ProblemException(Problem.of(OpsProblem.UNREACHABLE, "schema registry", e.getMessage())
                    .withRemedy(OpsProblem.UNREACHABLE.remedy()));
        }
        registry.server.createContext("/", registry::handle);
        registry.server.setExecutor(registry.threads);
        registry.server.start();
        return registry;
    }

    private static HttpServer bind(String host, int port) {
        try {
            return HttpServer.create(new InetSocketAddress(host, port), 0);
        } catch (BindException e) {
            throw new ProblemException(Problem.of(OpsProblem.PORT_IN_USE, host + ":" + port,
                    "The schema registry cannot listen on port " + port + ": " + e.getMessage() + ".")
                    .withRemedy(OpsProblem.PORT_IN_USE.remedy()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What clients set as {@code schema.registry.url}. */
    public String url() {
        InetSocketAddress at = server.getAddress();
        return "http://" + at.getHostString() + ":" + at.getPort();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            int status = 200;
            Object answer;
            try {
                byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
                if (body.length > LARGEST_BODY) {
                    throw RegistryFault.badRequest("The body has more than " + LARGEST_BODY + " bytes.");
                }
                answer = routes.answer(RegistryRequest.of(exchange.getRequestMethod(), exchange.getRequestURI(), body));
            } catch (RegistryFault e) {
                status = e.status();
                answer = Map.of("error_code", e.code(), "message", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI().getPath(), e);
                status = 500;
                answer = Map.of("error_code", 50001, "message", "The registry failed: " + e);
            }
            byte[] bytes = answer instanceof String text
                    ? text.getBytes(StandardCharsets.UTF_8)
                    : JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Stops serving, then closes the journal. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
        store.close();
    }
}
