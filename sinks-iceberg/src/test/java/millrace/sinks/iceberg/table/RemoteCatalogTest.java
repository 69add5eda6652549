package millrace.sinks.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import millrace.sinks.iceberg.file.Clickstream;
import millrace.sinks.iceberg.file.Specs;
import millrace.sinks.iceberg.file.StagedWriter;
import millrace.sinks.iceberg.read.LiveFiles;
import millrace.sinks.iceberg.read.TableRows;
import org.apache.avro.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same tables through a REST catalog, and with their files in S3, both real servers over HTTP. */
class RemoteCatalogTest {
    @TempDir
    Path folder;

    @Test
    void tablesLiveInARestCatalog() throws IOException {
        try (RestCatalogServer server = new RestCatalogServer(
                Catalogs.open("behind", Catalogs.sqlite(folder.resolve("c.db"), folder.resolve("warehouse"))))) {
            Map<String, String> properties = Map.of("type", "rest", "uri", server.uri(), "io-impl",
                    LocalFileIO.class.getName());
            writeAndReadBack(Catalogs.open("rest", properties), Catalogs.open("rest", properties));
        }
    }

    @Test
    void filesLiveInS3() throws Exception {
        try (S3Server s3 = new S3Server(folder)) {
            s3.createBucket("lake");
            Map<String, String> properties = new HashMap<>(
                    Catalogs.sqlite(folder.resolve("c.db"), folder.resolve("unused")));
            properties.putAll(Map.of("warehouse", "s3://lake/tables", "s3.endpoint", s3.uri(),
                    "s3.path-style-access", "true", "s3.access-key-id", "x", "s3.secret-access-key", "y",
                    "client.region", "us-east-1"));
            Catalog catalog = Catalogs.open("s3", properties);
            writeAndReadBack(catalog, Catalogs.open("s3", properties));
        }
    }

    private static void writeAndReadBack(Catalog catalog, Catalog other) throws IOException {
        Schema schema = Clickstream.SCHEMA;
        TableSpec spec = Specs.bronze("events", schema, List.of("region"), List.of("client_ts"), Map.of());
        Table table = new IcebergTables(catalog).loadOrCreate(spec);
        assertThat(new IcebergTables(other).loadOrCreate(spec).uuid()).isEqualTo(table.uuid());
        StagedWriter writer = StagedWriter.open(table, spec, id -> schema, UUID.randomUUID().toString());
        Clickstream rows = new Clickstream(2000, 1);
        rows.appendTo(writer);
        AppendFiles append = table.newAppend();
        writer.close().forEach(append::appendFile);
        append.commit();

        Table read = new IcebergTables(other).load(spec).orElseThrow();
        assertThat(LiveFiles.of(read).files().stream().mapToLong(LiveFiles.LiveFile::rows).sum()).isEqualTo(2000);
        boolean[] seen = new boolean[2000];
        try (TableRows all = TableRows.of(read)) {
            for (Record row : all) {
                int offset = Math.toIntExact((Long) row.getField("_offset"));
                assertThat(seen[offset]).isFalse();
                seen[offset] = true;
                assertThat(row.getField("_error")).isNull();
                assertThat(row.getField("event_id")).isNotNull();
            }
        }
        assertThat(seen).doesNotContain(false);
        StagedWriter dropped = StagedWriter.open(table, spec, id -> schema, UUID.randomUUID().toString());
        rows.appendTo(dropped);
        var orphans = dropped.close();
        dropped.abort();
        assertThat(orphans).noneMatch(f -> table.io().newInputFile(f.location()).exists());
    }

    /** S3Proxy over a folder, in a process of its own since its jar brings half a class path. */
    private static final class S3Server implements AutoCloseable {
        private final Process process;
        private final int port;

        S3Server(Path folder) throws IOException, InterruptedException {
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            Path data = Files.createDirectories(folder.resolve("s3"));
            Path settings = Files.writeString(folder.resolve("s3.properties"), """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=none
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                """.formatted(port, data));
            process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
                    Path.of("target", "s3", "s3proxy.jar").toAbsolutePath().toString(), "--properties",
                    settings.toString()).redirectErrorStream(true).redirectOutput(folder.resolve("s3.log").toFile())
                    .start();
            for (int tries = 0; !answers(); tries++) {
                if (tries > 600 || !process.isAlive()) {
                    throw new IOException("No S3 server: " + Files.readString(folder.resolve("s3.log")));
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }

        String uri() {
            return "http://127.0.0.1:" + port;
        }

        void createBucket(String name) throws IOException, InterruptedException {
            assertThat(send("PUT", "/" + name)).isEqualTo(200);
        }

        private boolean answers() throws InterruptedException {
            try {
                return send("GET", "/") == 200;
            } catch (IOException e) {
                return false;
            }
        }

        private int send(String method, String path) throws IOException, InterruptedException {
            try (HttpClient client = HttpClient.newHttpClient()) {
                return client.send(HttpRequest.newBuilder(URI.create(uri() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody()).build(),
                        HttpResponse.BodyHandlers.discarding()).statusCode();
            }
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }
}
