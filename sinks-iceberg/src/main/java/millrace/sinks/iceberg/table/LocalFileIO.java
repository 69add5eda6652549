package millrace.sinks.iceberg.table;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Files of this machine: no checksum files beside them, no Hadoop file system, and a full disk is a
 * {@link StorageFullException}. A file that was closed without an exception is on the disk, not only in its cache:
 * Kafka positions are committed with it.
 */
public final class LocalFileIO implements SupportsPrefixOperations {
    private static final long serialVersionUID = 1L;

    private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://");

    private Map<String, String> properties = Map.of();

    /** Whether a location is a path of this machine. */
    public static boolean isLocal(String location) {
        return location.startsWith("/") || location.startsWith("file:");
    }

    /**
     * The path behind a location; nothing in it is decoded, as in Hadoop's locations.
     *
     * @throws IllegalArgumentException if it names a storage of another kind
     */
    public static Path path(String location) {
        if (!location.startsWith("file:")) {
            if (SCHEME.matcher(location).lookingAt()) {
                throw new IllegalArgumentException(location + " is no path of this machine");
            }
            return Path.of(location);
        }
        int start = "file:".length();
        while (start + 1 < location.length() && location.charAt(start) == '/' && location.charAt(start + 1) == '/') {
            start++;
        }
        return Path.of(location.substring(start));
    }

    @Override
    public void initialize(Map<String, String> given) {
        properties = Map.copyOf(given);
    }

    @Override
    public Map<String, String> properties() {
        return properties;
    }

    @Override
    public InputFile newInputFile(String location) {
        return new LocalInput(location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new LocalOutput(location);
    }

    @Override
    public void deleteFile(String location) {
        try {
            Files.deleteIfExists(path(location));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + location, e);
        }
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        Path root = path(prefix);
        if (!Files.exists(root)) {
            return Set.of();
        }
        String scheme = prefix.startsWith("file:") ? "file:" : "";
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).map(f -> {
                try {
                    return new FileInfo(scheme + f.toAbsolutePath(), Files.size(f),
                            Files.getLastModifiedTime(f).toMillis());
                } catch (NoSuchFileException e) {
                    return null;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).filter(java.util.Objects::nonNull).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + prefix, e);
        }
    }

    @Override
    public void deletePrefix(String prefix) {
        Path root = path(prefix);
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            Iterator<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).iterator();
            while (deepestFirst.hasNext()) {
                Files.deleteIfExists(deepestFirst.next());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + prefix, e);
        }
    }

    private record LocalInput(String location) implements InputFile {
        @Override
        public long getLength() {
            try {
                return Files.size(path(location));
            } catch (NoSuchFileException e) {
                throw new NotFoundException(e, "No such file: %s", location);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public SeekableInputStream newStream() {
            try {
                return new LocalInputStream(FileChannel.open(path(location), StandardOpenOption.READ));
            } catch (NoSuchFileException e) {
                throw new NotFoundException(e, "No such file: %s", location);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public boolean exists() {
            return Files.exists(path(location));
        }
    }

    private record LocalOutput(String location) implements OutputFile {
        @Override
        public PositionOutputStream create() {
            return open(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return open(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        }

        private PositionOutputStream open(OpenOption... options) {
            Path file = path(location);
            try {
                Files.createDirectories(file.getParent());
                return new LocalOutputStream(location, FileChannel.open(file, options));
            } catch (FileAlreadyExistsException e) {
                throw new AlreadyExistsException(e, "File exists: %s", location);
            } catch (IOException e) {
                throw StorageFullException.of(location, new UncheckedIOException("Cannot create " + location, e));
            }
        }

        @Override
        public InputFile toInputFile() {
            return new LocalInput(location);
        }
    }

    /** Reads at positions through a small buffer; larger reads go past it. */
    private static final class LocalInputStream extends SeekableInputStream {
        private static final int BUFFER = 32 << 10;

        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
        private long bufferedFrom;
        private long position;

        LocalInputStream(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void seek(long target) throws IOException {
            if (target < 0) {
                throw new EOFException("position " + target);
            }
            position = target;
        }

        @Override
        public int read() throws IOException {
            if (!buffered() && !refill()) {
                return -1;
            }
            return buffer.get((int) (position++ - bufferedFrom)) & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!buffered()) {
                if (length >= BUFFER) {
                    int read = channel.read(ByteBuffer.wrap(target, offset, length), position);
                    position += Math.max(0, read);
                    return read;
                }
                if (!refill()) {
                    return -1;
                }
            }
            int at = (int) (position - bufferedFrom);
            int count = Math.min(length, buffer.limit() - at);
            buffer.get(at, target, offset, count);
            position += count;
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = Math.max(0, Math.min(count, channel.size() - position));
            position += skipped;
            return skipped;
        }

        @Override
        public int available() throws IOException {
            return (int) Math.min(Integer.MAX_VALUE, Math.max(0, channel.size() - position));
        }

        private boolean buffered() {
            return position >= bufferedFrom && position < bufferedFrom + buffer.limit();
        }

        private boolean refill() throws IOException {
            buffer.clear();
            int read = channel.read(buffer, position);
            bufferedFrom = position;
            buffer.flip();
            return read > 0;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class LocalOutputStream extends PositionOutputStream {
        private static final int BUFFER = 64 << 10;

        private final String location;
        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        private long position;
        private boolean closed;
        private boolean failed;

        LocalOutputStream(String location, FileChannel channel) {
            this.location = location;
            this.channel = channel;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public long storedLength() {
            return position;
        }

        @Override
        public void write(int b) throws IOException {
            if (!buffer.hasRemaining()) {
                drain();
            }
            buffer.put((byte) b);
            position++;
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            int from = offset;
            int left = length;
            while (left > 0) {
                if (!buffer.hasRemaining()) {
                    drain();
                }
                int count = Math.min(left, buffer.remaining());
                buffer.put(source, from, count);
                from += count;
                left -= count;
            }
            position += length;
        }

        @Override
        public void flush() throws IOException {
            drain();
        }

        private void drain() throws IOException {
            buffer.flip();
            try {
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            } catch (IOException e) {
                failed = true;
                throw full(e);
            }
            buffer.clear();
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try (channel) {
                if (!failed) {
                    drain();
                    channel.force(true);
                }
            } catch (IOException e) {
                throw full(e);
            }
        }

        private IOException full(IOException failure) {
            if (StorageFullException.isIn(failure)) {
                throw new StorageFullException(location, failure);
            }
            return failure;
        }
    }
}
