package millrace.sinks.iceberg.moved;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.puffin.Blob;
import org.apache.iceberg.puffin.BlobMetadata;
import org.apache.iceberg.puffin.Puffin;
import org.apache.iceberg.puffin.PuffinCompressionCodec;
import org.apache.iceberg.puffin.PuffinReader;
import org.apache.iceberg.puffin.PuffinWriter;
import org.apache.iceberg.util.Pair;

/**
 * Moved rows on storage: a Puffin file with a blob for each rewritten file. A blob's properties say the kind of the move,
 * its content holds the numbers that go with it, each as the difference to the one before.
 */
public final class MovedRowsFile {
    private static final String TYPE = "millrace-moved-rows-v1";
    private static final String OUTPUTS = "outputs";
    private static final String FILE = "file";
    private static final String KIND = "kind";
    private static final String ROWS = "rows";
    private static final String BASE = "base";
    private static final String LEAVE = "leave";
    private static final String SHIFT = "shift";
    private static final String RANK = "rank";
    private static final String PERMUTATION = "permutation";
    private static final int MOST_BYTES_OF_A_NUMBER = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    private MovedRowsFile() {}

    /** @throws UncheckedIOException if the storage fails */
    public static void write(OutputFile file, MovedRows moved) {
        try (PuffinWriter writer = Puffin.write(file).compressBlobs(PuffinCompressionCodec.ZSTD)
                .set(OUTPUTS, JSON.writeValueAsString(moved.outputs())).build()) {
            moved.byFile().forEach((location, move) -> writer.write(blob(location, move)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the file is another
     */
    public static MovedRows read(InputFile file) {
        try (PuffinReader reader = Puffin.read(file).build()) {
            String outputs = reader.fileMetadata().properties().get(OUTPUTS);
            if (outputs == null) {
                throw new IllegalArgumentException(file.location() + " does not say where rows have moved");
            }
            Map<String, RowMove> moves = new HashMap<>();
            for (Pair<BlobMetadata, ByteBuffer> blob : reader.readAll(reader.fileMetadata().blobs())) {
                Map<String, String> says = blob.first().properties();
                moves.put(says.get(FILE), move(says, blob.second()));
            }
            return new MovedRows(JSON.readValue(outputs, new TypeReference<List<MovedRows.Output>>() {}), moves);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file.location() + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Blob blob(String location, RowMove move) {
        Map<String, String> says = new HashMap<>(Map.of(FILE, location, ROWS, Long.toString(move.rows())));
        ByteBuffer numbers = switch (move) {
            case RowMove.Leave leave -> {
                says.put(KIND, LEAVE);
                yield ByteBuffer.allocate(0);
            }
            case RowMove.Shift shift -> {
                says.putAll(Map.of(KIND, SHIFT, BASE, Long.toString(shift.base())));
                yield ByteBuffer.allocate(0);
            }
            case RowMove.Rank rank -> {
                says.putAll(Map.of(KIND, RANK, BASE, Long.toString(rank.base())));
                yield encode(rank.dead());
            }
            case RowMove.Permutation permutation -> {
                says.put(KIND, PERMUTATION);
                yield encode(permutation.places());
            }
        };
        return new Blob(TYPE, List.of(), -1, -1, numbers, null, says);
    }

    private static RowMove move(Map<String, String> says, ByteBuffer numbers) {
        return switch (says.getOrDefault(KIND, "")) {
            case LEAVE -> new RowMove.Leave(Long.parseLong(says.get(ROWS)));
            case SHIFT -> new RowMove.Shift(Long.parseLong(says.get(ROWS)), Long.parseLong(says.get(BASE)));
            case RANK -> new RowMove.Rank(Long.parseLong(says.get(ROWS)), Long.parseLong(says.get(BASE)),
                    decode(numbers));
            case PERMUTATION -> new RowMove.Permutation(decode(numbers));
            default -> throw new IllegalArgumentException("a move of the kind " + says.get(KIND));
        };
    }

    private static ByteBuffer encode(int[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + numbers.length * MOST_BYTES_OF_A_NUMBER);
        bytes.putInt(numbers.length);
        int before = 0;
        for (int number : numbers) {
            int difference = number - before;
            before = number;
            int left = difference << 1 ^ difference >> 31;
            while ((left & ~0x7f) != 0) {
                bytes.put((byte) (left & 0x7f | 0x80));
                left >>>= 7;
            }
            bytes.put((byte) left);
        }
        return bytes.flip();
    }

    private static int[] decode(ByteBuffer bytes) {
        int[] numbers = new int[bytes.getInt()];
        int before = 0;
        for (int i = 0; i < numbers.length; i++) {
            int left = 0;
            int shift = 0;
            int next;
            do {
                next = bytes.get();
                left |= (next & 0x7f) << shift;
                shift += 7;
            } while ((next & 0x80) != 0);
            before += left >>> 1 ^ -(left & 1);
            numbers[i] = before;
        }
        return numbers;
    }
}
