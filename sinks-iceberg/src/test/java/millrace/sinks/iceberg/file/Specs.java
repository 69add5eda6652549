package millrace.sinks.iceberg.file;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.wire.AvroTypes;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.avro.Schema;

/** Table specs for tests. */
public final class Specs {
    private Specs() {}

    public static TableSpec of(String namespace, String name, Schema schema, Layout layout, List<String> partitionBy,
            List<String> sortBy, Map<String, String> properties) {
        return new TableSpec(namespace, name, name, AvroTypes.fromSchema(schema), layout, Optional.empty(),
                partitionBy, sortBy, Duration.ofSeconds(10), 128L << 20, properties);
    }

    public static TableSpec bronze(String name, Schema schema, List<String> partitionBy, List<String> sortBy,
            Map<String, String> properties) {
        return of("bronze", name, schema, Layout.BRONZE, partitionBy, sortBy, properties);
    }
}
