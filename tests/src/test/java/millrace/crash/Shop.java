package millrace.crash;

import java.nio.file.Path;
import millrace.process.ChildJvm;
import millrace.process.Installation;
import org.apache.avro.Schema;

/**
 * The pipeline {@code shop} as a small company would run it: a cluster, and each role in a process of its own. Every
 * process can be killed alone.
 */
final class Shop implements AutoCloseable {
    static final String TOPIC = ShopProject.TOPIC;

    private final Path folder;
    private final ShopProject project;
    private final Installation installation;

    Shop(Path folder) {
        this.folder = folder;
        installation = new Installation(folder);
        project = ShopProject.copyTo(folder.resolve("project")).withProfiles(installation.profiles());
        installation.run("topics", "topics", "apply", "--project", project.folder().toString(), "--profile", "test");
    }

    /** The process with broker and registry. */
    ChildJvm cluster() {
        return installation.cluster();
    }

    /** Waits until a cluster that was just started again serves. */
    void awaitCluster() {
        installation.awaitCluster();
    }

    /** Starts {@code millrace run} with these roles in a process of its own. */
    ChildJvm role(String name, String roles) {
        return installation.program(name, "run", "--project", project.folder().toString(), "--profile", "test",
                "--roles", roles, "--data", folder.resolve("data-" + name).toString());
    }

    String bootstrapServers() {
        return installation.bootstrapServers();
    }

    Schema schema() {
        return project.schema();
    }

    int registerSchema() {
        return project.register(installation.registryUrl());
    }

    Path warehouse() {
        return installation.warehouse();
    }

    Path catalog() {
        return installation.catalog();
    }

    /** What every process has printed, for a failure's message. */
    String output() {
        return installation.output();
    }

    @Override
    public void close() {
        installation.close();
    }
}
