package millrace.sinks.iceberg.file;

import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * A table's Parquet properties.
 *
 * @param ownPages whether our own page encoder does all that the properties ask for; Parquet's own writes the rest, such
 *        as Bloom filters
 */
record ParquetSettings(CompressionCodecName codec, int level, long rowGroupBytes, int pageBytes, int dictionaryBytes,
        boolean ownPages) {
    private static final int ZSTD_LEVEL = 3;

    static ParquetSettings of(Map<String, String> properties) {
        CompressionCodecName codec = codec(properties.getOrDefault(TableProperties.PARQUET_COMPRESSION,
                TableProperties.PARQUET_COMPRESSION_DEFAULT_SINCE_1_4_0));
        boolean asksForMore = properties.entrySet().stream()
                .anyMatch(e -> e.getKey().startsWith(TableProperties.PARQUET_BLOOM_FILTER_COLUMN_ENABLED_PREFIX)
                        && e.getValue().equals("true")
                        || e.getKey().startsWith("write.parquet.page-version") && !e.getValue().equals("v1"));
        return new ParquetSettings(codec,
                PropertyUtil.propertyAsInt(properties, TableProperties.PARQUET_COMPRESSION_LEVEL, ZSTD_LEVEL),
                PropertyUtil.propertyAsLong(properties, TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES,
                        TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES_DEFAULT),
                PropertyUtil.propertyAsInt(properties, TableProperties.PARQUET_PAGE_SIZE_BYTES,
                        TableProperties.PARQUET_PAGE_SIZE_BYTES_DEFAULT),
                PropertyUtil.propertyAsInt(properties, TableProperties.PARQUET_DICT_SIZE_BYTES,
                        TableProperties.PARQUET_DICT_SIZE_BYTES_DEFAULT),
                PageCompressor.supports(codec) && !asksForMore);
    }

    private static CompressionCodecName codec(String name) {
        return CompressionCodecName.valueOf(name.toUpperCase(Locale.ROOT).replace("NONE", "UNCOMPRESSED"));
    }
}
