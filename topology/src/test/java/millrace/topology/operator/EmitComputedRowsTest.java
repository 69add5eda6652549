package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.kit.OperatorKit;
import millrace.topology.kit.TaskLife;
import millrace.topology.kit.TaskLife.Out;
import millrace.topology.origin.Origin;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.quarantine.QuarantineTarget;
import millrace.topology.route.RoutedKey;
import millrace.topology.time.PartitionClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that no single record stands for, on their way to the model's topic. */
class EmitComputedRowsTest {
    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.optional("k", new FieldType.Text()), Field.optional("text", new FieldType.Text()),
            Field.optional("all", new FieldType.Array(new FieldType.Bytes(), true))));

    @TempDir
    File folder;

    @Test
    void whatIsTakenBackBecomesATombstoneOfItsKey() {
        List<Out> out = emit(row(Change.INSERT, "a", "x"), row(Change.UPDATE_BEFORE, "a", "x"),
                row(Change.UPDATE_AFTER, "a", "y"), row(Change.DELETE, "a", "y"));
        assertThat(out).extracting(o -> o.record().value() == null).containsExactly(false, true, false, true);
        assertThat(out).extracting(EmitComputedRowsTest::key).containsOnly(key(out.get(0)));
    }

    @Test
    void aRowTooLargeForItsTopicIsRefusedInARecordThatIsNot() throws Malformed {
        Out out = emit(row(Change.INSERT, "a", "x".repeat(50_000))).get(0);
        assertThat(out.node()).isEqualTo("quarantine");
        byte[] value = (byte[]) out.record().value();
        assertThat(value.length).isLessThanOrEqualTo(2_000);
        Object[] columns = AvroRowDecoder.of(AvroTypes.toSchema("web.m.quarantine", QuarantineRecord.ROW),
                QuarantineRecord.ROW).decodeFramed(value);
        assertThat(columns[QuarantineRecord.ROW.indexOf("reason")]).isEqualTo("ROW_TOO_LARGE");
        assertThat(columns[QuarantineRecord.ROW.indexOf("actual")].toString()).contains("bytes");
    }

    @Test
    void theSameRowIsRefusedUnderTheSameKeyAndAnotherUnderAnother() {
        Element.Row one = new Element.Row(new Object[] {null, "x", List.of(new byte[] {1})}, Change.INSERT, 5,
                PartitionClock.UNSET, PartitionClock.UNSET, Origin.COMPUTED);
        Element.Row same = new Element.Row(new Object[] {null, "x", List.of(new byte[] {1})}, Change.DELETE, 5,
                PartitionClock.UNSET, PartitionClock.UNSET, Origin.COMPUTED);
        Element.Row other = new Element.Row(new Object[] {null, "x", List.of(new byte[] {2})}, Change.INSERT, 5,
                PartitionClock.UNSET, PartitionClock.UNSET, Origin.COMPUTED);
        List<Out> out = emit(one, same, other);
        assertThat(out).extracting(Out::node).containsOnly("quarantine");
        assertThat(key(out.get(1))).isEqualTo(key(out.get(0)));
        assertThat(key(out.get(2))).isNotEqualTo(key(out.get(0)));
    }

    private static Element.Row row(Change change, String k, String text) {
        return new Element.Row(new Object[] {k, text, null}, change, 5, PartitionClock.UNSET, PartitionClock.UNSET,
                Origin.COMPUTED);
    }

    private static String key(Out out) {
        return HexFormat.of().formatHex(RoutedKey.serializer().serialize("", (RoutedKey) out.record().key()));
    }

    private List<Out> emit(Element.Row... rows) {
        EmitPlan plan = new EmitPlan("m", new OutputPlan("web.m", ROW, List.of(0), 1, 1_000, "rows"),
                Map.of(1_000_000, 1),
                "watermarks", new QuarantineRoutes(Map.of(),
                        Optional.of(new QuarantineTarget("web.m", "quarantine", 2, 2_000))),
                Clip.NONE);
        try (TaskLife life = new TaskLife(0, folder, 0, List.of(EmitOperator.supplier(plan)))) {
            return Arrays.stream(rows).flatMap(r -> life.process(OperatorKit.given(r), 0, 0).stream()).toList();
        }
    }
}
