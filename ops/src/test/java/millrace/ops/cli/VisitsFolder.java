package millrace.ops.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of a pipeline {@code shop} with one contract: who has come when. */
record VisitsFolder(Path path) {
    /** @param more lines of the contract's custom properties */
    static VisitsFolder make(Path path, int partitions, String... more) throws IOException {
        VisitsFolder folder = new VisitsFolder(path);
        folder.write("millrace.yaml", """
            name: shop
            defaults:
              commit.interval: 1s
            """);
        folder.write("contracts/visits.odcs.yaml", """
            apiVersion: v3.2.0
            kind: DataContract
            id: shop.visits
            name: visits
            version: 1.0.0
            status: active
            schema:
              - name: visits
                physicalName: shop.visits.v1
                physicalType: topic
                properties:
                  - {name: who, logicalType: string, required: true}
                  - {name: at, logicalType: timestamp, required: true}
            customProperties:
              - {property: partitions, value: %d}
              - {property: eventTime, value: at}
              - {property: disorder, value: 1m}
            """.formatted(partitions) + String.join("\n", more));
        return folder;
    }

    void write(String file, String text) throws IOException {
        Files.createDirectories(path.resolve(file).getParent());
        Files.writeString(path.resolve(file), text);
    }
}
