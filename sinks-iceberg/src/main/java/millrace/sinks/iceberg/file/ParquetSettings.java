package millrace.sinks.iceberg.file;

import java.util.Map;
import millrace.sinks.iceberg.table.Compression;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;

/**
 * A table's Parquet properties.
 *
 * @param ownPages whether our own page encoder does all that the properties ask for; Parquet's own writes the rest, such
 *        as Bloom filters
 */
record ParquetSettings(Compression compression, long rowGroupBytes, int pageBytes, int dictionaryBytes,
        boolean ownPages) {

    /** @throws millrace.schemas.problem.ProblemException if files cannot be compressed as the properties say */
    static ParquetSettings of(String table, Map<String, String> properties) {
        Compression compression = Compression.of(table, properties);
        boolean asksForMore = properties.entrySet().stream()
                .anyMatch(e -> e.getKey().startsWith(TableProperties.PARQUET_BLOOM_FILTER_COLUMN_ENABLED_PREFIX)
                        && e.getValue().equals("true")
                        || e.getKey().startsWith("write.parquet.page-version") && !e.getValue().equals("v1"));
        return new ParquetSettings(compression,
                PropertyUtil.propertyAsLong(properties, TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES,
                        TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES_DEFAULT),
                PropertyUtil.propertyAsInt(properties, TableProperties.PARQUET_PAGE_SIZE_BYTES,
                        TableProperties.PARQUET_PAGE_SIZE_BYTES_DEFAULT),
                PropertyUtil.propertyAsInt(properties, TableProperties.PARQUET_DICT_SIZE_BYTES,
                        TableProperties.PARQUET_DICT_SIZE_BYTES_DEFAULT),
                PageCompressor.supports(compression.codec()) && !asksForMore);
    }
}
