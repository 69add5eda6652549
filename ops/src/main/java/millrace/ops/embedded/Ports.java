package millrace.ops.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;

import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/**
 * The loopback ports of one data folder's services. A port that was asked for is used or refused; without a wish a
 * service gets the port it had the last time, if that is free, so that clients find it again after a restart.
 */
public final class Ports {
    /** A wish of 0: any free port. */
    public static final int ANY = 0;

    private final Path file;
    private final Properties remembered = new Properties();
    private final Set<Integer> given = new HashSet<>();

    private Ports(Path file) {
        this.file = file;
    }

    /** The ports remembered in a folder, which is created if it is not there. */
    public static Ports rememberedIn(Path folder) {
        Ports ports = new Ports(folder.resolve("ports.properties"));
        try {
            Files.createDirectories(folder);
            if (Files.exists(ports.file)) {
                try (var in = Files.newBufferedReader(ports.file)) {
                    ports.remembered.load(in);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ports;
    }

    /**
     * A port for a service, remembered for the next start.
     *
     * @param wish the port, or {@link #ANY}
     * @throws ProblemException if the wish is taken
     */
    public int choose(String service, int wish) {
        int port = wish;
        if (wish == ANY) {
            int before = Integer.parseInt(remembered.getProperty(service, "0"));
            port = before != 0 && !given.contains(before) && isFree(before) ? before : anyFree();
        } else if (!isFree(wish)) {
            throw new ProblemException(Problem.of(OpsProblem.PORT_IN_USE, service,
                    "Port " + wish + " for the " + service + " is taken by another program.")
                    .withRemedy(OpsProblem.PORT_IN_USE.remedy()));
        }
        given.add(port);
        remember(service, port);
        return port;
    }

    /**
     * As {@link #choose(String, int)}, but a wish for the port that everybody uses for such a service is only a
     * preference: if another program has it, which is likely, any free one is taken.
     */
    public int choose(String service, int wish, int usual) {
        return choose(service, wish == usual && !isFree(wish) ? ANY : wish);
    }

    private void remember(String service, int port) {
        String text = Integer.toString(port);
        if (text.equals(remembered.setProperty(service, text))) {
            return;
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            try (var out = Files.newBufferedWriter(next)) {
                remembered.store(out, "Ports of the last start; a restart takes the same ones while they are free.");
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int anyFree() {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (!given.contains(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // a port whose last owner was killed lingers, but can be taken
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
