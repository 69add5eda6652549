package millrace.sinks.iceberg.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Compresses pages with one reused context; its memory lies outside the heap, so it is closed. */
final class PageCompressor implements AutoCloseable {
    private final CompressionCodecName codec;
    private final ZstdCompressCtx zstd;
    private byte[] scratch = new byte[0];
    /** Where columns lay out a page before it is compressed. */
    final PageBuffer page = new PageBuffer(64 << 10);

    PageCompressor(CompressionCodecName codec, int level) {
        this.codec = codec;
        zstd = codec == CompressionCodecName.ZSTD ? new ZstdCompressCtx().setLevel(level) : null;
    }

    static boolean supports(CompressionCodecName codec) {
        return switch (codec) {
            case ZSTD, SNAPPY, UNCOMPRESSED -> true;
            default -> false;
        };
    }

    CompressionCodecName codec() {
        return codec;
    }

    byte[] compress(byte[] source, int length) {
        return switch (codec) {
            case ZSTD -> {
                int most = (int) Zstd.compressBound(length);
                grow(most);
                yield Arrays.copyOf(scratch, zstd.compressByteArray(scratch, 0, most, source, 0, length));
            }
            case SNAPPY -> {
                grow(Snappy.maxCompressedLength(length));
                try {
                    yield Arrays.copyOf(scratch, Snappy.compress(source, 0, length, scratch, 0));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            case UNCOMPRESSED -> Arrays.copyOf(source, length);
            default -> throw new IllegalStateException(codec.name());
        };
    }

    private void grow(int size) {
        if (scratch.length < size) {
            scratch = new byte[size];
        }
    }

    @Override
    public void close() {
        if (zstd != null) {
            zstd.close();
        }
    }
}
