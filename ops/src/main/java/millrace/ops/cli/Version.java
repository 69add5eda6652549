package millrace.ops.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"millrace " + text(), "java " + Runtime.version() + " on " + System.getProperty("os.name")
                + " " + System.getProperty("os.arch")};
    }

    /** As the build wrote it into the jar; classes that run from a folder have none. */
    static String text() {
        try (InputStream in = Version.class.getResourceAsStream("/META-INF/maven/dev.millrace/ops/pom.properties")) {
            Properties p = new Properties();
            if (in != null) {
                p.load(in);
            }
            return p.getProperty("version", "development");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
