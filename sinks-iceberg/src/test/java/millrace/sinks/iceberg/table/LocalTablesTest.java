package millrace.sinks.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import millrace.schemas.problem.ProblemException;
import millrace.sinks.iceberg.file.Specs;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The default: a catalog in SQLite and files of this machine. */
class LocalTablesTest {
    private static final Schema SCHEMA = SchemaBuilder.record("R").fields().requiredLong("id").endRecord();

    @TempDir
    Path folder;

    @Test
    void aTableHasTheFormatTheSpecAsksForAndKeepsOwnProperties() {
        Table table = new IcebergTables(catalog()).loadOrCreate(Specs.bronze("t", SCHEMA, List.of("bucket(4, id)"),
                List.of("id"), Map.of("write.parquet.compression-level", "9", "mine", "yes")));
        assertThat(((BaseTable) table).operations().current().formatVersion()).isEqualTo(3);
        assertThat(table.properties()).containsEntry("write.parquet.compression-codec", "zstd")
                .containsEntry("write.parquet.compression-level", "9").containsEntry("mine", "yes");
        assertThat(table.schema().columns()).extracting(c -> c.name() + " " + c.type() + (c.isOptional() ? "?" : ""))
                .containsExactly("id long?", "_topic_partition int", "_offset long", "_timestamp timestamptz",
                        "_key binary?",
                        "_headers list<struct<10: key: required string, 11: value: optional binary>>?",
                        "_error string?", "_value binary?");
        Table old = new IcebergTables(catalog())
                .loadOrCreate(Specs.bronze("old", SCHEMA, List.of(), List.of(), Map.of("format-version", "2")));
        assertThat(((BaseTable) old).operations().current().formatVersion()).isEqualTo(2);
    }

    @Test
    void whoeverCreatesItAllGetTheSameTable() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 5; round++) {
                TableSpec spec = Specs.of("ns" + round + ".deep", "t", SCHEMA, TableSpec.Layout.BRONZE, List.of(),
                        List.of(), Map.of());
                CyclicBarrier together = new CyclicBarrier(4);
                Callable<UUID> create = () -> {
                    together.await(30, TimeUnit.SECONDS);
                    Catalog own = catalog();
                    return new IcebergTables(own).loadOrCreate(spec).uuid();
                };
                List<UUID> created = new ArrayList<>();
                for (Future<UUID> id : threads.invokeAll(List.of(create, create, create, create))) {
                    created.add(id.get());
                }
                assertThat(created).as("round " + round).allMatch(created.get(0)::equals);
            }
        }
    }

    @Test
    void noFilesStandBesideTheTablesOwn() throws IOException {
        Table table = new IcebergTables(catalog())
                .loadOrCreate(Specs.bronze("t", SCHEMA, List.of(), List.of(), Map.of()));
        table.updateProperties().set("a", "b").commit();
        try (Stream<Path> files = Files.walk(folder.resolve("warehouse"))) {
            assertThat(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
                    .hasSize(2).allMatch(f -> f.endsWith(".metadata.json"));
        }
    }

    @Test
    void filesAreReadAndWrittenAtPositions() throws IOException {
        LocalFileIO io = new LocalFileIO();
        String location = "file://" + folder + "/a/b/file";
        OutputFile out = io.newOutputFile(location);
        byte[] bytes = new byte[200_000];
        new java.util.Random(1).nextBytes(bytes);
        try (PositionOutputStream stream = out.create()) {
            stream.write(bytes, 0, 100_000);
            assertThat(stream.getPos()).isEqualTo(100_000);
            for (int i = 100_000; i < 100_010; i++) {
                stream.write(bytes[i]);
            }
            stream.write(bytes, 100_010, 99_990);
        }
        InputFile in = io.newInputFile("file:" + folder + "/a/b/file");
        assertThat(in.getLength()).isEqualTo(200_000);
        try (SeekableInputStream stream = in.newStream()) {
            assertThat(stream.readAllBytes()).isEqualTo(bytes);
            assertThat(stream.read()).isEqualTo(-1);
            for (int at : new int[] {199_999, 0, 5, 70_000, 69_999, 100_000}) {
                stream.seek(at);
                assertThat(stream.read()).isEqualTo(bytes[at] & 0xff);
                assertThat(stream.getPos()).isEqualTo(at + 1);
            }
        }
        assertThatThrownBy(out::create).isInstanceOf(AlreadyExistsException.class).hasMessageContaining("File exists");
        assertThat(io.listPrefix("file:" + folder + "/a")).singleElement()
                .satisfies(f -> assertThat(f.size()).isEqualTo(200_000));
        io.deleteFile(location);
        io.deleteFile(location);
        assertThat(in.exists()).isFalse();
        assertThatThrownBy(in::newStream).isInstanceOf(NotFoundException.class).hasMessageContaining("No such file");
        io.deletePrefix("file:" + folder + "/a");
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskSaysSo() throws IOException {
        PositionOutputStream stream = new LocalFileIO().newOutputFile("/dev/full").createOrOverwrite();
        stream.write(new byte[1000]);
        assertThatThrownBy(stream::close).isInstanceOf(StorageFullException.class)
                .hasMessage("No space left to write /dev/full");
        assertThat(StorageFullException.isIn(new RuntimeException(new IOException("No space left on device"))))
                .isTrue();
        assertThat(StorageFullException.isIn(new RuntimeException(new IOException("Connection reset")))).isFalse();
    }

    @Test
    void aCatalogThatCannotBeOpenedSaysWhy() {
        assertThatThrownBy(() -> Catalogs.open("c", Map.of("type", "rst"))).isInstanceOf(ProblemException.class)
                .hasMessageContaining("Did you mean \"rest\"?");
        assertThatThrownBy(() -> Catalogs.open("c", Map.of("catalog-impl", "no.such.Catalog")))
                .isInstanceOf(ProblemException.class).hasMessageContaining("no.such.Catalog");
        assertThat(
                Catalogs.withDefaults("c", Map.of("uri", "jdbc:sqlite:/x/c.db?busy_timeout=5", "warehouse", "s3://w")))
                .containsEntry("type", "jdbc").containsEntry("jdbc.schema-version", "V1")
                .containsEntry("uri", "jdbc:sqlite:/x/c.db?busy_timeout=5&journal_mode=WAL")
                .containsEntry("io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
    }

    @Test
    void aCatalogThatDoesNotAnswerIsUnavailableAndItsPasswordIsNotShown() {
        assertThatThrownBy(() -> Catalogs.open("c", Map.of("type", "rest", "uri", "http://127.0.0.1:1", "warehouse",
                "s3://lake"))).isInstanceOf(ProblemException.class).hasMessageContaining("CATALOG_UNAVAILABLE")
                .hasMessageContaining("at http://127.0.0.1:1 does").hasMessageContaining("Connection refused");
        assertThatThrownBy(() -> Catalogs.open("c", Map.of("type", "rest", "uri", "http://ada:s3cret@127.0.0.1:1",
                "warehouse", "s3://lake"))).isInstanceOf(ProblemException.class)
                .hasMessageContaining("at http://127.0.0.1:1 does").hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> Catalogs.open("c", Catalogs.sqlite(folder.resolve("nowhere/catalog.db"), folder)))
                .isInstanceOf(ProblemException.class).hasMessageContaining("CATALOG_UNAVAILABLE");
    }

    private Catalog catalog() {
        return Catalogs.open("local", Catalogs.sqlite(folder.resolve("catalog.db"), folder.resolve("warehouse")));
    }
}
