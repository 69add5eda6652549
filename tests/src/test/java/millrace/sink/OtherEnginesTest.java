package millrace.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import millrace.sinks.iceberg.run.SinkRuntime;
import millrace.sinks.iceberg.run.SinkRuntime.Role;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.FileScanTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Engines that know nothing of this one read what was landed by key: dead rows are dead for them too. */
class OtherEnginesTest {
    private static final long SEED = Long.getLong("millrace.seed", 20_261_130L);
    private static final int KEYS = 300;
    private static final TableSpec V2 = ChangingRows.newest("v2", List.of(), Map.of("format-version", "2"));
    private static final TableSpec V3 = ChangingRows.newest("v3", List.of(), Map.of("format-version", "3"));
    private static final Path SPARK = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("spark");

    @TempDir
    Path folder;

    /** DuckDB's Iceberg extension is not at hand everywhere, so it is given the files, and told which rows of them are dead. */
    @Test
    void duckDbReadsAVersion2TableByItsPositionDeletes() throws Exception {
        try (ChangingRows rows = landed(List.of(V2))) {
            assertThat(rows.deleteFiles(V2)).isPositive();
            assertThat(duckDb(rows.toRead(V2))).as("seed %d", SEED).isEqualTo(rows.expected());
        }
    }

    /** Downloads Spark: {@code mvn -Pspark verify} runs this test alone. */
    @Test
    @EnabledIfSystemProperty(named = "millrace.suite", matches = "spark")
    void sparkReadsBothVersions() throws Exception {
        try (ChangingRows rows = landed(List.of(V2, V3))) {
            assertThat(rows.deleteFiles(V3)).isPositive();
            for (TableSpec spec : List.of(V2, V3)) {
                assertThat(spark(spec)).as("%s, seed %d", spec.qualifiedName(), SEED).isEqualTo(rows.expected());
            }
        }
    }

    private ChangingRows landed(List<TableSpec> specs) throws Exception {
        ChangingRows rows = ChangingRows.start(SEED, KEYS, folder);
        try (SinkRuntime sink = rows.sink(specs, Set.of(Role.STAGE, Role.COMMIT))) {
            for (int round = 0; round < 8; round++) {
                rows.change(120);
                rows.awaitLanded(sink);
            }
        }
        return rows;
    }

    private static List<String> duckDb(List<FileScanTask> tasks) throws SQLException {
        String sql = "SELECT concat_ws('|', id, version, coalesce(name, 'null'), coalesce(share::VARCHAR, 'null'),"
                + " coalesce(amount::VARCHAR, 'null')) FROM read_parquet(["
                + paths(tasks.stream().map(FileScanTask::file))
                + "], filename = 'at', file_row_number = true) AS r WHERE NOT EXISTS (SELECT 1 FROM read_parquet(["
                + paths(tasks.stream().flatMap(t -> t.deletes().stream()))
                + "]) AS d WHERE d.file_path LIKE '%' || r.at AND d.pos = r.file_row_number) ORDER BY 1";
        List<String> rows = new ArrayList<>();
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        rows.sort(String::compareTo);
        return rows;
    }

    private static String paths(Stream<? extends ContentFile<?>> files) {
        return files.map(f -> "'" + LocalFileIO.path(f.location()) + "'").distinct().collect(Collectors.joining(","));
    }

    private List<String> spark(TableSpec spec) throws IOException, InterruptedException {
        Path classes = folder.resolve("spark.classpath");
        run(folder.resolve("resolve.log"), "mvn", "-q", "-B", "-f", SPARK.resolve("pom.xml").toString(),
                "dependency:build-classpath", "-Dmdep.outputFile=" + classes);
        Path rows = folder.resolve(spec.namespace() + ".rows");
        run(folder.resolve("spark.log"), javaForSpark().resolve("bin/java").toString(),
                "@" + SPARK.resolve("jvm.options"), "-cp", Files.readString(classes).strip(),
                SPARK.resolve("SparkReads.java").toString(), folder.resolve("catalog.db").toString(),
                folder.resolve("warehouse").toString(), spec.qualifiedName(), rows.toString());
        return Files.readAllLines(rows).stream().sorted().toList();
    }

    /** Spark's Hadoop asks for what Java has no more from release 24 on. */
    private static Path javaForSpark() throws IOException {
        List<String> homes = new ArrayList<>();
        for (String name : List.of("SPARK_JAVA_HOME", "JAVA_HOME")) {
            Stream.ofNullable(System.getenv(name)).forEach(homes::add);
        }
        homes.add(System.getProperty("java.home"));
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            Path java = Path.of(folder, "java");
            if (Files.isExecutable(java)) {
                homes.add(java.toRealPath().getParent().getParent().toString());
            }
        }
        for (String home : homes) {
            Path release = Path.of(home, "release");
            if (Files.exists(release) && Files.readString(release).lines()
                    .anyMatch(line -> line.matches("JAVA_VERSION=\"(17|18|19|20|21|22|23)\\b.*"))) {
                return Path.of(home);
            }
        }
        throw new AssertionError("Spark needs a JDK from 17 to 23: set SPARK_JAVA_HOME; found " + homes);
    }

    private static void run(Path log, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (!process.waitFor(10, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        assertThat(process.waitFor()).as(() -> String.join(" ", command) + "\n" + text(log)).isZero();
    }

    private static String text(Path log) {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
