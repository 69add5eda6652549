package millrace.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with made-up Java homes and a made-up Maven. */
class LauncherTest {
    @TempDir
    Path temp;
    private Path home;
    private Path jvms;
    private Path bin;

    record Ran(int code, String out, String err) {}

    @BeforeEach
    void aSourceTree() throws IOException {
        home = Files.createDirectories(temp.resolve("home"));
        jvms = Files.createDirectories(temp.resolve("jvms"));
        bin = Files.createDirectories(temp.resolve("bin"));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Path script = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent().resolve("millrace");
        Files.copy(script, home.resolve("millrace"), StandardCopyOption.COPY_ATTRIBUTES);
    }

    @Test
    void takesTheFirstJdkThatIsNewEnoughAndPassesTheArgumentsOn() throws Exception {
        jdk("java-17", "17.0.15", true);
        jdk("java-21-jre", "21.0.4", false);
        jdk("java-25", "25.0.1", true);
        built();
        Ran ran = run(Map.of(), "query", "select 1 as \"a b\"");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).startsWith("java-25 ").contains("millrace.ops.cli.Main query select 1 as \"a b\"");
    }

    @Test
    void javaHomeWinsIfItIsNewEnough() throws Exception {
        jdk("java-25", "25.0.1", true);
        Path mine = jdk("mine", "21", true);
        built();
        assertThat(run(Map.of("JAVA_HOME", mine.toString()), "--version").out()).startsWith("mine ");
    }

    @Test
    void whatRunsForLongHasTheParallelCollectorUnlessAnotherIsChosen() throws Exception {
        jdk("java-25", "25.0.1", true);
        built();
        assertThat(run(Map.of(), "run").out()).contains("-XX:+UseParallelGC");
        assertThat(run(Map.of("MILLRACE_OPTS", "-Xmx3g -XX:+UseG1GC"), "run").out())
                .contains("-Xmx3g -XX:+UseG1GC").doesNotContain("ParallelGC");
    }

    @Test
    void saysInOneSentenceWhatWasFoundAndWhatToInstall() throws Exception {
        Path old = jdk("java-17", "17.0.15", true);
        Ran ran = run(Map.of(), "demo");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(ran.err().lines()).singleElement().asString().contains("needs a JDK 21 or newer")
                .contains("found only Java 17 in " + old).contains("install one");
        Files.delete(old.resolve("bin/java"));
        assertThat(run(Map.of(), "demo").err()).contains("found no Java at all");
    }

    @Test
    void withoutMavenTheFirstUseSaysSo() throws Exception {
        jdk("java-25", "25.0.1", true);
        Ran ran = run(Map.of(), "demo");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(ran.err()).contains("no Maven on the PATH");
    }

    @Test
    void buildsOnFirstUseAndAgainOnlyWhenSourcesChanged() throws Exception {
        jdk("java-25", "25.0.1", true);
        maven("mkdir -p ops/target && echo jar > ops/target/ops-1.jar");
        assertThat(run(Map.of(), "--version").err()).contains("Building (first use)");
        assertThat(run(Map.of(), "--version").err()).isEmpty();
        Files.setLastModifiedTime(home.resolve("pom.xml"),
                java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() + 60_000));
        assertThat(run(Map.of(), "--version").err()).contains("Building (sources changed)");
    }

    @Test
    void aFailedBuildShowsTheErrorsAndWhereTheLogIs() throws Exception {
        jdk("java-25", "25.0.1", true);
        maven("echo '[INFO] fine'; echo '[ERROR] Foo.java: no such symbol'; exit 1");
        Ran ran = run(Map.of(), "--version");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(ran.err()).contains("failed after").contains("[ERROR] Foo.java: no such symbol")
                .contains(".dist/build.log").doesNotContain("[INFO]");
        assertThat(home.resolve(".dist/current")).doesNotExist();
    }

    private Path jdk(String name, String version, boolean compiler) throws IOException {
        Path jdk = Files.createDirectories(jvms.resolve(name));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(jdk.resolve("bin/java"), "echo " + name + " \"$@\"");
        if (compiler) {
            script(jdk.resolve("bin/javac"), "true");
        }
        return jdk;
    }

    private void maven(String body) throws IOException {
        script(bin.resolve("mvn"), "cd \"" + home + "\"; " + body);
    }

    private void built() throws IOException {
        Path build = Files.createDirectories(home.resolve(".dist/build-1/lib")).getParent();
        Files.writeString(build.resolve("built"), "");
        Files.setLastModifiedTime(build.resolve("built"),
                java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() + 60_000));
        Files.createSymbolicLink(home.resolve(".dist/current"), Path.of("build-1"));
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + file + " executable");
        }
    }

    private Ran run(Map<String, String> environment, String... args) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(home.resolve("millrace").toString()));
        command.addAll(List.of(args));
        Path out = temp.resolve("out");
        Path err = temp.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", bin + ":" + tools(), "HOME", temp.toString(),
                "MILLRACE_JVM_FOLDERS", jvms.toString(), "MILLRACE_MAC_JAVA_HOME", "/nowhere"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** The usual tools without whatever java and mvn lie beside them. */
    private Path tools() throws IOException {
        Path tools = Files.createDirectories(temp.resolve("tools"));
        for (String tool : List.of("bash", "sh", "env", "sed", "head", "tail", "find", "dirname", "basename",
                "readlink",
                "mkdir", "rm", "mv", "ln", "cp", "cat", "date", "sleep", "grep", "tr")) {
            for (String folder : List.of("/usr/bin", "/bin")) {
                Path from = Path.of(folder, tool);
                if (Files.exists(from) && !Files.exists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), from);
                }
            }
        }
        return tools;
    }
}
