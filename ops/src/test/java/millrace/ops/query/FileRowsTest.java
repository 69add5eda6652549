package millrace.ops.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRowsTest {
    private static final Contract ORDERS = ContractFile.read("orders.odcs.yaml", """
        apiVersion: v3.2.0
        kind: DataContract
        id: shop.orders
        name: orders
        version: 1.0.0
        status: active
        schema:
          - name: orders
            physicalName: shop.orders
            physicalType: topic
            properties:
              - {name: number, logicalType: integer, physicalType: long, required: true}
              - {name: customer, logicalType: string, required: true}
              - {name: amount, logicalType: number, physicalType: "decimal(10,2)"}
              - {name: ordered_at, logicalType: timestamp, required: true}
        customProperties:
          - {property: key, value: number}
          - {property: eventTime, value: ordered_at}
        """);

    @TempDir
    Path folder;

    @Test
    void rowsComeInTheOrderOfTheirEventTimeAndAreNumberedByIt() throws IOException {
        Path file = csv("Customer,Amount,ordered_at", "late,1.5,1970-01-01 00:00:02", "first,,1970-01-01 00:00:01",
                "same,3,1970-01-01T02:00:02+02:00");
        assertThat(rows(file, 0)).containsExactly(List.of(0L, "first", "null", 1_000_000L),
                List.of(1L, "late", new BigDecimal("1.50"), 2_000_000L),
                List.of(2L, "same", new BigDecimal("3.00"), 2_000_000L));
        assertThat(rows(file, 2)).extracting(r -> r.get(1)).containsExactly("same");
        assertThat(FileRows.count(file)).isEqualTo(3);
    }

    @Test
    void aColumnThatTheContractRequiresIsMissed() throws IOException {
        Path file = csv("custmer,ordered_at", "a,1970-01-01");
        assertThatThrownBy(() -> FileRows.open(file, ORDERS, 0)).isInstanceOf(ProblemException.class)
                .hasMessageContaining("requires \"customer\"").hasMessageContaining("Did you mean \"custmer\"?");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("orders.txt"), "x");
        assertThatThrownBy(() -> FileRows.count(text)).isInstanceOf(ProblemException.class)
                .hasMessageContaining("unknown kind");
        assertThatThrownBy(() -> FileRows.count(folder.resolve("none.csv"))).isInstanceOf(ProblemException.class)
                .hasMessageContaining("no readable file");
        Path broken = Files.writeString(folder.resolve("broken.parquet"), "not parquet");
        assertThatThrownBy(() -> FileRows.open(broken, ORDERS, 0)).isInstanceOf(ProblemException.class)
                .hasMessageContaining("LOAD_REFUSED");
    }

    private Path csv(String... lines) throws IOException {
        return Files.write(folder.resolve("orders.csv"), List.of(lines));
    }

    private static List<List<Object>> rows(Path file, long from) {
        List<List<Object>> all = new ArrayList<>();
        try (FileRows rows = FileRows.open(file, ORDERS, from)) {
            for (Optional<Object[]> row = rows.next(); row.isPresent(); row = rows.next()) {
                List<Object> values = new ArrayList<>();
                for (Object value : row.get()) {
                    values.add(value == null ? "null" : value);
                }
                all.add(values);
            }
        }
        return all;
    }
}
