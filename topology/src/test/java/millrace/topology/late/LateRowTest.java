package millrace.topology.late;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.time.TaskWatermark;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.assemble.Orders;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.origin.Origin;
import millrace.topology.origin.SourceTopic;
import millrace.topology.route.RoutedKey;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class LateRowTest {
    private static final FieldType.Struct INPUT = new FieldType.Struct(List.of(
            Field.optional("who", new FieldType.Text()), Field.required("n", new FieldType.Int64()),
            Field.required("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));
    private static final SourceTopic SOURCE = new SourceTopic(Orders.contract("orders", 4), Orders.TOPIC_ID, 4, 2);

    private final LateRow.Writer writer = new LateRow.Writer("web.gold.m__late", 7, INPUT, 10_000);

    @Test
    void itSaysWhereTheRowCameFromAndWhy() throws Malformed {
        Record<RoutedKey, byte[]> record = writer.write(row(1_500_000, 60_000_000, 50_000_000), SOURCE, 0, 10_000_000);
        assertThat(decode(record)).containsExactly("orders-topic",
                new UUID(Orders.TOPIC_ID.getMostSignificantBits(), Orders.TOPIC_ID.getLeastSignificantBits()), 3, 99L,
                1,
                1_500_000L, 0L, 10_000_000L, 60_000_000L, 50_000_000L,
                "{\"who\":null,\"n\":5,\"at\":\"1970-01-01 00:00:01.5Z\"}");
        assertThat(record.timestamp()).isEqualTo(1500);
    }

    @Test
    void behindAnEndMarkerEverythingIsLateAndNoTimeSaysHowMuch() throws Malformed {
        Object[] columns = decode(
                writer.write(row(-5_000_000, TaskWatermark.END, TaskWatermark.END), SOURCE, -10_000_000, 0));
        assertThat(columns[LateRow.ROW.indexOf("watermark")]).isNull();
        assertThat(columns[LateRow.ROW.indexOf("horizon")]).isNull();
        assertThat(columns[LateRow.ROW.indexOf("event_time")]).isEqualTo(-5_000_000L);
    }

    @Test
    void itsKeyIsTheOriginAndTheWindow() {
        Element.Row row = row(1, 2, 2);
        String one = key(writer.write(row, SOURCE, 0, 10));
        assertThat(key(writer.write(row, SOURCE, 0, 10))).isEqualTo(one);
        assertThat(key(writer.write(row, SOURCE, 0, 11))).isNotEqualTo(one);
        assertThat(key(writer.write(row, SOURCE, 5, 10))).as("two kinds of windows that end together")
                .isNotEqualTo(one);
        Element.Row other = new Element.Row(row.values(), Change.INSERT, 1, 2, 2, new Origin.Remote(2, 3, 99, 2));
        assertThat(key(writer.write(other, SOURCE, 0, 10))).isNotEqualTo(one);
    }

    @Test
    void timesThatNoCalendarKnowsStopNothing() throws Malformed {
        for (long time : new long[] {Long.MIN_VALUE + 1, Long.MIN_VALUE / 2, Long.MAX_VALUE - 1}) {
            Object[] columns = decode(writer.write(row(time, 2, 2), SOURCE, time, time + 1));
            assertThat(columns[LateRow.ROW.indexOf("event_time")]).isEqualTo(time);
        }
    }

    private static Element.Row row(long time, long watermark, long horizon) {
        return new Element.Row(new Object[] {null, 5L, time}, Change.INSERT, time, watermark, horizon,
                new Origin.Remote(2, 3, 99, 1));
    }

    private static String key(Record<RoutedKey, byte[]> record) {
        return HexFormat.of().formatHex(RoutedKey.serializer().serialize("", record.key()));
    }

    private static Object[] decode(Record<RoutedKey, byte[]> record) throws Malformed {
        return AvroRowDecoder.of(AvroTypes.toSchema("web.gold.m__late", LateRow.ROW), LateRow.ROW)
                .decodeFramed(record.value());
    }
}
