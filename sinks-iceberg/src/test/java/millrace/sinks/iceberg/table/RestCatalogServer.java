package millrace.sinks.iceberg.table;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.RESTCatalogProperties.SnapshotMode;
import org.apache.iceberg.rest.RESTSerializers;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;
import org.apache.iceberg.rest.responses.ErrorResponse;

/** A REST catalog in front of any other, as far as creating, loading and committing tables goes. */
public final class RestCatalogServer implements AutoCloseable {
    private final Catalog catalog;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final ObjectMapper json = new ObjectMapper();

    public RestCatalogServer(Catalog catalog) throws IOException {
        this.catalog = catalog;
        json.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
        json.setPropertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE);
        json.setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);
        RESTSerializers.registerAll(json);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public String uri() {
        return "http://" + server.getAddress().getAddress().getHostAddress() + ":" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                send(exchange, 200, route(exchange));
            } catch (NoSuchTableException | NoSuchNamespaceException e) {
                send(exchange, 404, error(404, e));
            } catch (AlreadyExistsException | CommitFailedException e) {
                send(exchange, 409, error(409, e));
            } catch (RuntimeException e) {
                send(exchange, 500, error(500, e));
            }
        }
    }

    private static ErrorResponse error(int code, Exception e) {
        return ErrorResponse.builder().responseCode(code).withType(e.getClass().getSimpleName())
                .withMessage(String.valueOf(e.getMessage())).build();
    }

    private void send(HttpExchange exchange, int code, Object body) throws IOException {
        if (body == null || exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(code == 200 ? 204 : code, -1);
            return;
        }
        byte[] bytes = json.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private Object route(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getRawPath().replaceFirst("^/v1/", "").split("/");
        String method = exchange.getRequestMethod();
        SupportsNamespaces namespaces = (SupportsNamespaces) catalog;
        if (path[0].equals("config")) {
            return ConfigResponse.builder().build();
        } else if (path.length == 1) {
            return CatalogHandlers.createNamespace(namespaces, body(exchange, CreateNamespaceRequest.class));
        }
        Namespace namespace = Namespace
                .of(URLDecoder.decode(path[1], StandardCharsets.UTF_8).split("\u001f"));
        if (path.length == 2) {
            return CatalogHandlers.loadNamespace(namespaces, namespace);
        } else if (path.length == 3) {
            return CatalogHandlers.createTable(catalog, namespace, body(exchange, CreateTableRequest.class));
        }
        TableIdentifier table = TableIdentifier.of(namespace, path[3]);
        if (path.length > 4) {
            return null;
        }
        return method.equals("POST")
                ? CatalogHandlers.updateTable(catalog, table, body(exchange, UpdateTableRequest.class))
                : CatalogHandlers.loadTable(catalog, table, SnapshotMode.ALL);
    }

    private <T> T body(HttpExchange exchange, Class<T> type) throws IOException {
        return json.readValue(exchange.getRequestBody(), type);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
