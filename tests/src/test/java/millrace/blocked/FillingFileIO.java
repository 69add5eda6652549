package millrace.blocked;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import millrace.sinks.iceberg.table.LocalFileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** Files of this machine, on a storage that has no space left while {@link #FULL} is set. Named by {@code io-impl}. */
public final class FillingFileIO implements FileIO {
    static final AtomicBoolean FULL = new AtomicBoolean();
    private static final long serialVersionUID = 1L;

    private final LocalFileIO local = new LocalFileIO();

    @Override
    public void initialize(Map<String, String> properties) {
        local.initialize(properties);
    }

    @Override
    public Map<String, String> properties() {
        return local.properties();
    }

    @Override
    public InputFile newInputFile(String path) {
        return local.newInputFile(path);
    }

    @Override
    public void deleteFile(String path) {
        local.deleteFile(path);
    }

    @Override
    public OutputFile newOutputFile(String path) {
        OutputFile file = local.newOutputFile(path);
        return new OutputFile() {
            @Override
            public PositionOutputStream create() {
                refuseIfFull();
                return new Filling(file.create());
            }

            @Override
            public PositionOutputStream createOrOverwrite() {
                refuseIfFull();
                return new Filling(file.createOrOverwrite());
            }

            @Override
            public String location() {
                return file.location();
            }

            @Override
            public InputFile toInputFile() {
                return file.toInputFile();
            }
        };
    }

    private static void refuseIfFull() {
        if (FULL.get()) {
            throw new UncheckedIOException(noSpace());
        }
    }

    private static IOException noSpace() {
        return new IOException("No space left on device");
    }

    /** A file that was begun before the storage was full cannot be finished either. */
    private static final class Filling extends PositionOutputStream {
        private final PositionOutputStream file;

        Filling(PositionOutputStream file) {
            this.file = file;
        }

        @Override
        public long getPos() throws IOException {
            return file.getPos();
        }

        @Override
        public long storedLength() throws IOException {
            return file.storedLength();
        }

        @Override
        public void write(int b) throws IOException {
            if (FULL.get()) {
                throw noSpace();
            }
            file.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (FULL.get()) {
                throw noSpace();
            }
            file.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            file.flush();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
