package millrace.topology.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.statestores.codec.StateOutput;
import millrace.topology.assemble.Orders;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.flow.RowBytes;
import millrace.topology.origin.Origin;
import millrace.topology.origin.SourceRecord;
import millrace.topology.origin.SourceTopic;
import millrace.topology.time.PartitionClock;
import millrace.topology.time.Progress;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/** What goes through an exchange comes out as it was, but for the record that a row was made of. */
class ExchangeFormatTest {
    private static final long SEED = Long.getLong("millrace.seed", 3);
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.optional("name of no schema", new FieldType.Text()), Field.required("n", new FieldType.Int64()),
            Field.optional("money", new FieldType.Decimal(12, 2)), Field.required("part", new FieldType.Bytes())));

    private final ExchangeFormat format = new ExchangeFormat(ROW);

    @Test
    void rowsKeepWhatTheyAreAndWhereTheyCameFrom() {
        long[] times = {0, -1, 1_790_000_000_000_000L, Long.MIN_VALUE, Long.MAX_VALUE, PartitionClock.UNSET + 1,
                TaskWatermark.END};
        Random random = new Random(SEED);
        for (int i = 0; i < 2000; i++) {
            Origin origin = random.nextInt(4) == 0
                    ? Origin.COMPUTED
                    : new Origin.Remote(random.nextInt(3), random.nextInt(100), random.nextLong(1L << 40),
                            random.nextInt(5));
            Element.Row row = new Element.Row(
                    new Object[] {random.nextBoolean() ? null : "x".repeat(random.nextInt(600)), random.nextLong(),
                            random.nextBoolean() ? null : BigDecimal.valueOf(random.nextInt(100_000), 2),
                            new byte[random.nextInt(9)]},
                    Change.of(random.nextInt(4)), times[random.nextInt(times.length)],
                    times[random.nextInt(times.length)], times[random.nextInt(times.length)], origin);
            byte[] value = packed(row);
            assertThat(ExchangeFormat.isProgress(value)).isFalse();
            Element.Row read = unpacked(value).get(0);
            assertThat(Arrays.deepToString(read.values())).as("seed %d, row %d", SEED, i)
                    .isEqualTo(Arrays.deepToString(row.values()));
            assertThat(read.with(null)).as("seed %d, row %d", SEED, i).isEqualTo(row.with(null));
        }
    }

    @Test
    void aRecordIsNamedButLeftBehind() {
        SourceTopic source = new SourceTopic(Orders.contract("orders", 4), Orders.TOPIC_ID, 4, 2);
        SourceRecord record = new SourceRecord(source, 3, 99, 5, null, new byte[] {1}, new RecordHeaders());
        Element.Row row = new Element.Row(new Object[] {null, 1L, null, new byte[0]}, Change.INSERT, 7, 6, 5, record);
        assertThat(unpacked(packed(row)).get(0).origin()).isEqualTo(new Origin.Remote(2, 3, 99, 0));
    }

    @Test
    void rowsThatGoTogetherKeepTheirOrderAndEachItsTimestamp() {
        RowPack pack = new RowPack();
        for (int round = 0; round < 2; round++) {
            long[] timestamps = {1_790_000_000_000L, 1_790_000_000_000L, 7, -1};
            for (int i = 0; i < timestamps.length; i++) {
                format.write(new Element.Row(new Object[] {"r" + i, (long) i, null, new byte[i]}, Change.INSERT, i, 0,
                        0, Origin.COMPUTED));
                pack.add(format.written(), timestamps[i]);
            }
            assertThat(pack.timestamp()).isEqualTo(-1);
            List<String> read = new ArrayList<>();
            format.forEachRow(pack.take(), 0, (row, timestamp) -> read.add(row.values()[0] + " " + timestamp));
            assertThat(read).containsExactly("r0 1790000000000", "r1 1790000000000", "r2 7", "r3 -1");
            assertThat(pack.isEmpty()).isTrue();
        }
    }

    @Test
    void aRowThatAnOlderEngineWroteAloneIsRead() {
        RowBytes columns = new RowBytes(ROW);
        int length = columns.write(new Object[] {"x", 7L, null, new byte[] {1}});
        byte[] value = new StateOutput().writeByte(Change.UPDATE_AFTER.ordinal()).writeLong(50).writeLong(3)
                .writeLong(4).writeInt(1 + 2).writeInt(3).writeLong(99).writeInt(1)
                .writeRaw(columns.buffer(), 0, length)
                .toBytes();
        List<String> read = new ArrayList<>();
        format.forEachRow(value, 77, (row, timestamp) -> read.add(row.values()[0] + " " + row.values()[1] + " "
                + row.with(null) + " " + timestamp));
        assertThat(read).containsExactly("x 7 " + new Element.Row(null, Change.UPDATE_AFTER, 50, 47, 43,
                new Origin.Remote(2, 3, 99, 1)) + " 77");
    }

    @Test
    void whatNoExchangeHoldsIsRefused() {
        assertThatThrownBy(() -> format.forEachRow(new byte[] {18, 1}, 0, (row, timestamp) -> {}))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("begins with 18");
    }

    private byte[] packed(Element.Row row) {
        format.write(row);
        RowPack pack = new RowPack();
        pack.add(format.written(), 5);
        return pack.take();
    }

    private List<Element.Row> unpacked(byte[] value) {
        List<Element.Row> rows = new ArrayList<>();
        format.forEachRow(value, 0, (row, timestamp) -> rows.add(row));
        return rows;
    }

    @Test
    void progressIsTold() {
        for (Progress progress : Arrays.asList(Progress.NONE, new Progress(5, -7),
                new Progress(TaskWatermark.END, TaskWatermark.END))) {
            byte[] value = format.progress(3, 17, progress);
            assertThat(ExchangeFormat.isProgress(value)).isTrue();
            assertThat(ExchangeFormat.progress(value)).isEqualTo(new ExchangeFormat.UpstreamProgress(3, 17, progress));
        }
    }
}
