package millrace.sinks.iceberg.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.EndMarker;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;
import millrace.sinks.iceberg.file.Appended;
import millrace.sinks.iceberg.table.IcebergTables;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.avro.Schema;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class TableRowFilesTest {
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.required("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));
    private static final Schema AVRO = AvroTypes.toSchema("shop.Order", ROW);
    private static final long NOON = 1_700_000_000_000_000L;

    @Test
    void anEndMarkerLandsAsWhatItIsAndCompletesItsPartition() {
        RowFiles files = open(Optional.of(new TableSpec.Clock("at", Duration.ofSeconds(5))));

        assertThat(files.append(order(0, 0))).isEqualTo(Appended.WRITTEN);
        assertThat(files.append(order(1, 0))).isEqualTo(Appended.WRITTEN);
        assertThat(files.append(end(1, 1))).isEqualTo(Appended.WRITTEN);

        assertThat(files.clocks()).isEqualTo(Map.of(0, NOON - 5_000_000, 1, TaskWatermark.END));
        assertThat(files.close().files()).singleElement().satisfies(f -> assertThat(f.rows()).isEqualTo(3));
    }

    @Test
    void aTopicWithoutEventTimeIsCompleteOnceItHasEnded() {
        RowFiles files = open(Optional.empty());
        files.append(order(0, 0));
        assertThat(files.clocks()).isEmpty();
        files.append(end(0, 1));
        assertThat(files.clocks()).isEqualTo(Map.of(0, TaskWatermark.END));
        files.abort();
    }

    @Test
    void inATopicOfChangesATombstoneIsADeleteAndNoEnd() {
        var key = new TableSpec("gold", "orders", "orders", ROW, TableSpec.Layout.ENGINE, Optional.empty(), List.of(),
                List.of(), Duration.ofSeconds(10), 1L << 20, Map.of()).ofChanges(List.of("at"));
        RowFiles files = open(key);
        byte[] framed = AvroRowEncoder.of(AVRO, ROW, 1).encode(new Object[] {NOON});
        byte[] row = java.util.Arrays.copyOfRange(framed, ConfluentFrame.HEADER, framed.length);
        assertThat(files.append(record(0, 0, row, framed, new RecordHeaders()))).isEqualTo(Appended.WRITTEN);
        assertThat(files.append(record(0, 1, row, null, new RecordHeaders()))).isEqualTo(Appended.WRITTEN);
        assertThat(files.append(end(0, 2))).as("nobody ends the engine's own topics")
                .isInstanceOf(Appended.Refused.class);
        assertThat(files.clocks()).isEmpty();
        assertThat(files.close().files()).singleElement().satisfies(f -> assertThat(f.rows()).isEqualTo(2));
    }

    private static RowFiles open(Optional<TableSpec.Clock> eventTime) {
        return open(new TableSpec("bronze", "orders", "orders", ROW, TableSpec.Layout.BRONZE, eventTime, List.of(),
                List.of(), Duration.ofSeconds(10), 1L << 20, Map.of()));
    }

    private static RowFiles open(TableSpec spec) {
        var catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        var tables = new IcebergTables(catalog);
        UUID uuid = tables.loadOrCreate(spec).uuid();
        return TableRowFiles.factory(tables, spec, id -> AVRO).open(uuid, "p1");
    }

    private static ConsumerRecord<byte[], byte[]> order(int partition, long offset) {
        byte[] value = AvroRowEncoder.of(AVRO, ROW, 1).encode(new Object[] {NOON});
        return record(partition, offset, value, new RecordHeaders());
    }

    private static ConsumerRecord<byte[], byte[]> end(int partition, long offset) {
        ProducerRecord<byte[], byte[]> marker = EndMarker.record("orders", partition);
        return record(partition, offset, marker.value(), new RecordHeaders(marker.headers()));
    }

    private static ConsumerRecord<byte[], byte[]> record(int partition, long offset, byte[] value,
            RecordHeaders headers) {
        return record(partition, offset, null, value, headers);
    }

    private static ConsumerRecord<byte[], byte[]> record(int partition, long offset, byte[] key, byte[] value,
            RecordHeaders headers) {
        return new ConsumerRecord<>("orders", partition, offset, 1_700_000_000_000L, TimestampType.CREATE_TIME, 0,
                value == null ? 0 : value.length, key, value, headers, Optional.empty());
    }
}
