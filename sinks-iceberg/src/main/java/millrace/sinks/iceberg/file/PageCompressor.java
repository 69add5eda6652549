package millrace.sinks.iceberg.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.airlift.compress.lz4.Lz4Compressor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import millrace.sinks.iceberg.table.Compression;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/** Compresses pages with one reused context; its memory may lie outside the heap, so it is closed. */
final class PageCompressor implements AutoCloseable {
    private static final int ZSTD_LEVEL = 3;

    private final CompressionCodecName name;
    private final Codec codec;
    private byte[] scratch = new byte[0];
    /** Where columns lay out a page before it is compressed. */
    final PageBuffer page = new PageBuffer(64 << 10);

    /** One way to compress. */
    private interface Codec {
        /** The most bytes that so many become. */
        int most(int length);

        /** Returns how many bytes were written from the start of the target, which is large enough. */
        int compress(byte[] source, int length, byte[] target) throws IOException;

        default void close() {}
    }

    PageCompressor(Compression compression) {
        name = compression.codec();
        codec = switch (name) {
            case ZSTD -> new ZstdPages(compression.level().orElse(ZSTD_LEVEL));
            case GZIP -> new GzipPages(compression.level().orElse(Deflater.DEFAULT_COMPRESSION));
            case SNAPPY -> new SnappyPages();
            case LZ4_RAW -> new Lz4Pages();
            default -> new NoCodec();
        };
    }

    static boolean supports(CompressionCodecName codec) {
        return switch (codec) {
            case ZSTD, GZIP, SNAPPY, LZ4_RAW, UNCOMPRESSED -> true;
            default -> false;
        };
    }

    CompressionCodecName codec() {
        return name;
    }

    byte[] compress(byte[] source, int length) {
        int most = codec.most(length);
        if (scratch.length < most) {
            scratch = new byte[most];
        }
        try {
            return Arrays.copyOf(scratch, codec.compress(source, length, scratch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        codec.close();
    }

    private static final class ZstdPages implements Codec {
        private final ZstdCompressCtx context;

        ZstdPages(int level) {
            context = new ZstdCompressCtx().setLevel(level);
        }

        @Override
        public int most(int length) {
            return (int) Zstd.compressBound(length);
        }

        @Override
        public int compress(byte[] source, int length, byte[] target) {
            return context.compressByteArray(target, 0, target.length, source, 0, length);
        }

        @Override
        public void close() {
            context.close();
        }
    }

    /** One member of a gzip file, by RFC 1952. */
    private static final class GzipPages implements Codec {
        private static final byte[] HEADER = {0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, (byte) 0xff};
        private static final int TRAILER = 8;

        private final Deflater deflater;
        private final CRC32 checksum = new CRC32();

        GzipPages(int level) {
            deflater = new Deflater(level, true);
        }

        /** What zlib's deflateBound says for any setting. */
        @Override
        public int most(int length) {
            return Math.addExact(length, (length + 7 >> 3) + (length + 63 >> 6) + 16 + HEADER.length + TRAILER);
        }

        @Override
        public int compress(byte[] source, int length, byte[] target) {
            System.arraycopy(HEADER, 0, target, 0, HEADER.length);
            deflater.reset();
            deflater.setInput(source, 0, length);
            deflater.finish();
            int end = HEADER.length;
            while (!deflater.finished()) {
                int written = deflater.deflate(target, end, target.length - TRAILER - end);
                if (written == 0) {
                    throw new IllegalStateException("more than " + most(length) + " bytes of gzip from " + length);
                }
                end += written;
            }
            checksum.reset();
            checksum.update(source, 0, length);
            ByteBuffer.wrap(target, end, TRAILER).order(ByteOrder.LITTLE_ENDIAN).putInt((int) checksum.getValue())
                    .putInt(length);
            return end + TRAILER;
        }

        @Override
        public void close() {
            deflater.end();
        }
    }

    private static final class SnappyPages implements Codec {
        @Override
        public int most(int length) {
            return Snappy.maxCompressedLength(length);
        }

        @Override
        public int compress(byte[] source, int length, byte[] target) throws IOException {
            return Snappy.compress(source, 0, length, target, 0);
        }
    }

    private static final class Lz4Pages implements Codec {
        private final Lz4Compressor compressor = new Lz4Compressor();

        @Override
        public int most(int length) {
            return compressor.maxCompressedLength(length);
        }

        @Override
        public int compress(byte[] source, int length, byte[] target) {
            return compressor.compress(source, 0, length, target, 0, target.length);
        }
    }

    private static final class NoCodec implements Codec {
        @Override
        public int most(int length) {
            return length;
        }

        @Override
        public int compress(byte[] source, int length, byte[] target) {
            System.arraycopy(source, 0, target, 0, length);
            return length;
        }
    }
}
