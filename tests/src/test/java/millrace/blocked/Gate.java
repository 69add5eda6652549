package millrace.blocked;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Stands before an HTTP server and lets through what comes, until it is shut: then connections are broken, and new ones
 * refused, as if the server's machine were gone. It can also let a request through and lose the reply. The address
 * stays the same all the time.
 */
final class Gate implements AutoCloseable {
    private final InetSocketAddress behind;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket server;
    private volatile String losing;
    private volatile CountDownLatch lost = new CountDownLatch(0);

    /** @param address of the server, such as {@code http://127.0.0.1:8081} */
    Gate(String address) {
        URI uri = URI.create(address);
        behind = new InetSocketAddress(uri.getHost(), uri.getPort());
        port = listen(0);
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    synchronized void shut() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(Gate::close);
        open.clear();
    }

    synchronized void open() {
        if (server.isClosed()) {
            listen(port);
        }
    }

    /** Lets the next request that begins so through to the server, takes the reply, and shuts without passing it on. */
    void loseReplyTo(String request) {
        lost = new CountDownLatch(1);
        losing = request;
    }

    /** Whether a reply was lost, within a minute. */
    boolean hasLost() throws InterruptedException {
        return lost.await(1, TimeUnit.MINUTES);
    }

    private synchronized int listen(int at) {
        try {
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ServerSocket accepting = server;
        Thread.ofVirtual().start(() -> accept(accepting));
        return server.getLocalPort();
    }

    private void accept(ServerSocket accepting) {
        while (!accepting.isClosed()) {
            try {
                Socket client = accepting.accept();
                Socket server = new Socket();
                open.add(client);
                open.add(server);
                server.connect(behind);
                var connection = new Connection(client, server);
                Thread.ofVirtual().start(connection::requests);
                Thread.ofVirtual().start(connection::replies);
            } catch (IOException e) {
                // shut, or the client is gone
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed then
        }
    }

    @Override
    public void close() {
        shut();
    }

    /** One connection, with one request at a time, as HTTP/1.1 clients use it. */
    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean replyIsLost;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void requests() {
            pump(client, server, true);
        }

        void replies() {
            pump(server, client, false);
        }

        private void pump(Socket from, Socket to, boolean requests) {
            byte[] buffer = new byte[64 << 10];
            try (from; to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (requests) {
                        String wanted = losing;
                        if (wanted != null && new String(buffer, 0, read, StandardCharsets.ISO_8859_1)
                                .startsWith(wanted)) {
                            losing = null;
                            replyIsLost = true;
                        }
                    } else if (replyIsLost) {
                        shut();
                        lost.countDown();
                        return;
                    }
                    out.write(buffer, 0, read);
                    out.flush();
                }
            } catch (IOException e) {
                // one of the two is gone, so both are
            } finally {
                open.remove(from);
                open.remove(to);
            }
        }
    }
}
