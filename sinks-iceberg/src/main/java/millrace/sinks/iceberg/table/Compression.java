package millrace.sinks.iceberg.table;

import com.github.luben.zstd.Zstd;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import org.apache.iceberg.TableProperties;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * How the pages of a table's files are compressed, as its Iceberg properties say. A level is passed over by codecs that
 * have none, since tables are created with one.
 *
 * @param level absent where the codec's own counts
 */
public record Compression(CompressionCodecName codec, OptionalInt level) {
    private static final List<String> NAMES = List.of("zstd", "snappy", "gzip", "lz4", "uncompressed", "brotli");
    /** Iceberg's names for gzip's levels, from 0 on; Iceberg's own writer takes nothing else. */
    private static final List<String> GZIP_LEVELS = List.of("NO_COMPRESSION", "BEST_SPEED", "TWO", "THREE", "FOUR",
            "FIVE", "SIX", "SEVEN", "EIGHT", "BEST_COMPRESSION");
    private static final String GZIP_DEFAULT = "DEFAULT_COMPRESSION";
    private static final String BROTLI = "org.apache.hadoop.io.compress.BrotliCodec";
    private static final int BROTLI_MOST = 11;

    /**
     * Reads the properties of a table.
     *
     * @param table its name, for messages
     * @throws ProblemException if there is no such codec, or the codec no such level
     */
    public static Compression of(String table, Map<String, String> properties) {
        String name = properties.getOrDefault(TableProperties.PARQUET_COMPRESSION,
                TableProperties.PARQUET_COMPRESSION_DEFAULT_SINCE_1_4_0);
        String level = properties.get(TableProperties.PARQUET_COMPRESSION_LEVEL);
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "zstd" -> new Compression(CompressionCodecName.ZSTD,
                    number(table, name, level, Zstd.minCompressionLevel(), Zstd.maxCompressionLevel()));
            case "gzip" -> new Compression(CompressionCodecName.GZIP, gzip(table, name, level));
            case "snappy" -> new Compression(CompressionCodecName.SNAPPY, OptionalInt.empty());
            // The older form of lz4 in Parquet has a frame that only Hadoop knows; it is deprecated for this one.
            case "lz4", "lz4_raw" -> new Compression(CompressionCodecName.LZ4_RAW, OptionalInt.empty());
            case "uncompressed", "none" -> new Compression(CompressionCodecName.UNCOMPRESSED, OptionalInt.empty());
            case "brotli" -> new Compression(brotli(table), number(table, name, level, 0, BROTLI_MOST));
            default -> throw refused(table, TableProperties.PARQUET_COMPRESSION + " is \"" + name
                    + "\", expected one of " + String.join(", ", NAMES) + "." + Nearest.hint(name, NAMES));
        };
    }

    /** A table's properties as Iceberg's writer takes them. */
    public Map<String, String> forIceberg(Map<String, String> properties) {
        Map<String, String> understood = new HashMap<>(properties);
        understood.put(TableProperties.PARQUET_COMPRESSION, codec.name());
        // Its writer fails on a level that is not in the codec's own terms, even one that came from another codec.
        understood.remove(TableProperties.PARQUET_COMPRESSION_LEVEL);
        icebergLevel().ifPresent(l -> understood.put(TableProperties.PARQUET_COMPRESSION_LEVEL, l));
        return understood;
    }

    /** The level as Iceberg's writer takes it. */
    private Optional<String> icebergLevel() {
        return level.stream()
                .mapToObj(l -> codec == CompressionCodecName.GZIP ? GZIP_LEVELS.get(l) : Integer.toString(l))
                .findFirst();
    }

    private static CompressionCodecName brotli(String table) {
        try {
            Class.forName(BROTLI);
            return CompressionCodecName.BROTLI;
        } catch (ClassNotFoundException e) {
            throw refused(table, TableProperties.PARQUET_COMPRESSION
                    + " is brotli, for which Parquet needs a codec that is not part of this program (" + BROTLI
                    + "). zstd compresses as well.");
        }
    }

    private static OptionalInt gzip(String table, String codec, String level) {
        if (level == null || level.equalsIgnoreCase(GZIP_DEFAULT)) {
            return OptionalInt.empty();
        }
        int named = GZIP_LEVELS.indexOf(level.toUpperCase(Locale.ROOT));
        return named >= 0 ? OptionalInt.of(named) : number(table, codec, level, 0, GZIP_LEVELS.size() - 1);
    }

    private static OptionalInt number(String table, String codec, String level, int least, int most) {
        if (level == null) {
            return OptionalInt.empty();
        }
        try {
            int number = Integer.parseInt(level.strip());
            if (number >= least && number <= most) {
                return OptionalInt.of(number);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw refused(table, TableProperties.PARQUET_COMPRESSION_LEVEL + " is \"" + level + "\", expected " + least
                + " to " + most + " for " + codec + ".");
    }

    private static ProblemException refused(String table, String message) {
        return new ProblemException(Problem.of(SinkProblem.COMPRESSION_UNKNOWN, table, message)
                .withRemedy(SinkProblem.COMPRESSION_UNKNOWN.remedy()));
    }
}
