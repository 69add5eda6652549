package millrace.schemas.evolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.problem.Place;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;
import millrace.schemas.wire.AvroTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;

class EvolutionTest {
    private static Contract contract(String version, String... properties) {
        return ContractFile.read("c.yaml", "apiVersion: v3.2.0\nkind: DataContract\nid: t\nversion: \"" + version
                + "\"\nschema:\n  - name: t\n    properties:\n"
                + String.join("", List.of(properties).stream().map(p -> "      - {" + p + "}\n").toList()));
    }

    private static List<String> words(Contract older, Contract newer) {
        return Evolution.changes(older, newer).stream().map(Change::describe).toList();
    }

    private static List<String> breaks(Compatibility mode, Contract newer, Contract... older) {
        return Evolution.verdict(mode, List.of(older), newer).breaks().stream().map(Verdict.Break::describe).toList();
    }

    private static final Contract FIRST = contract("1.0", "name: id, logicalType: integer, required: true",
            "name: who, logicalType: string, required: true", "name: amount, physicalType: \"decimal(9,2)\"",
            "name: at, logicalType: timestamp, physicalType: timestamp-millis");

    @Test
    void everyDifferenceIsTold() {
        Contract next = contract("2.0", "name: id, logicalType: string, required: true",
                "name: user, logicalType: string, customProperties: [{property: aliases, value: who}]",
                "name: at, logicalType: timestamp, physicalType: timestamp-micros, deprecated: true",
                "name: score, logicalType: number, required: true, logicalTypeOptions: {minimum: 0}",
                "name: note, logicalType: string");
        assertThat(words(FIRST, next)).containsExactly("changes \"id\" from long to string",
                "renames \"who\" to \"user\"", "makes \"user\" optional",
                "changes the meaning of \"at\" from timestamp-millis to timestamp-micros",
                "marks \"at\" as deprecated", "adds the required \"score\" without a default", "adds \"note\"",
                "removes \"amount\"");
        assertThat(words(FIRST, FIRST)).isEmpty();
    }

    @Test
    void eachModeProtectsItsReaders() {
        Contract adds = contract("2.0", "name: id, logicalType: integer, required: true",
                "name: who, logicalType: string, required: true", "name: amount, physicalType: \"decimal(9,2)\"",
                "name: at, logicalType: timestamp, physicalType: timestamp-millis",
                "name: x, logicalType: string, required: true");
        assertThat(breaks(Compatibility.NONE, adds, FIRST)).isEmpty();
        assertThat(breaks(Compatibility.FORWARD, adds, FIRST)).isEmpty();
        assertThat(breaks(Compatibility.BACKWARD, adds, FIRST)).containsExactly(
                "adds the required \"x\" without a default: its readers cannot read records of 1.0");
        assertThat(breaks(Compatibility.FORWARD, FIRST, adds)).containsExactly(
                "removes the required \"x\": readers of 2.0 cannot read its records");
        assertThat(breaks(Compatibility.BACKWARD, FIRST, adds)).isEmpty();
        assertThat(breaks(Compatibility.FULL, adds, FIRST)).hasSize(1);
        assertThat(breaks(Compatibility.FULL, FIRST)).isEmpty();
    }

    @Test
    void transitiveModesLookBackFurther() {
        Contract one = contract("1", "name: a, logicalType: integer, physicalType: int, required: true",
                "name: b, logicalType: string");
        Contract two = contract("2", "name: b, logicalType: string");
        Contract three = contract("3", "name: a, logicalType: string", "name: b, logicalType: string");
        assertThat(Evolution.verdict(Compatibility.BACKWARD, List.of(one, two), three).isCompatible()).isTrue();
        assertThat(breaks(Compatibility.BACKWARD_TRANSITIVE, three, one, two)).containsExactly(
                "changes \"a\" from int to string: its readers cannot read records of 1");
    }

    @Test
    void aWiderDecimalIsFineAndAnotherScaleIsNot() {
        Contract wider = contract("2", "name: d, physicalType: \"decimal(12,2)\"");
        Contract finer = contract("3", "name: d, physicalType: \"decimal(12,4)\"");
        Contract plain = contract("1", "name: d, physicalType: \"decimal(9,2)\"");
        assertThat(breaks(Compatibility.BACKWARD, wider, plain)).isEmpty();
        assertThat(breaks(Compatibility.FORWARD, wider, plain)).hasSize(1);
        assertThat(breaks(Compatibility.BACKWARD, finer, plain)).containsExactly(
                "changes the meaning of \"d\" from decimal(9,2) to decimal(12,4): its readers cannot read records of 1");
    }

    @Test
    void promisesAndTreatmentAreToldButBreakNoReader() {
        Contract loose = contract("1", "name: n, logicalType: integer, logicalTypeOptions: {minimum: 0}");
        Contract tight = contract("2", "name: n, logicalType: integer, primaryKey: false, "
                + "logicalTypeOptions: {minimum: 1}");
        assertThat(words(loose, tight)).containsExactly(
                "changes what \"n\" may be, no longer at least 0, now at least 1");
        assertThat(breaks(Compatibility.FULL_TRANSITIVE, tight, loose)).isEmpty();
    }

    @Test
    void verdictsAgreeWithAvroOnRandomPairs() {
        int incompatible = 0;
        int compatible = 0;
        for (long seed = 1; seed <= 4000; seed++) {
            Random random = new Random(seed);
            List<Column> before = columns(random, 0);
            List<Column> after = evolved(before, random);
            Contract older = with(before);
            Contract newer = with(after);
            boolean avro = reads(newer, older);
            // Avro does not look at what a value means: units, scales, identifiers.
            boolean ours = Evolution.changes(older, newer).stream()
                    .noneMatch(c -> c.breaksNewReaders() && !(c instanceof Change.MeaningChanged));
            assertThat(ours).as("seed %d%nold %s%nnew %s%nchanges %s", seed, AvroTypes.toSchema(older),
                    AvroTypes.toSchema(newer), words(older, newer)).isEqualTo(avro);
            boolean oldReads = Evolution.changes(older, newer).stream()
                    .noneMatch(c -> c.breaksOldReaders() && !(c instanceof Change.MeaningChanged));
            assertThat(oldReads).as("forward, seed %d%nold %s%nnew %s", seed, AvroTypes.toSchema(older),
                    AvroTypes.toSchema(newer)).isEqualTo(reads(older, newer));
            if (avro) {
                compatible++;
            } else {
                incompatible++;
            }
        }
        assertThat(compatible).isGreaterThan(500);
        assertThat(incompatible).isGreaterThan(500);
    }

    private static boolean reads(Contract reader, Contract writer) {
        Schema r = AvroTypes.toSchema(reader);
        Schema w = AvroTypes.toSchema(writer);
        return SchemaCompatibility.checkReaderWriterCompatibility(r, w).getType() == SchemaCompatibilityType.COMPATIBLE;
    }

    private static Contract with(List<Column> columns) {
        return new Contract("t", "t", "1", "active", "t", "t.t", "", "", columns, List.of(), Optional.empty(), 4,
                Contract.WireFormat.AVRO, Contract.Kind.EVENT, Optional.empty(), Optional.empty(), List.of(),
                Place.file(""));
    }

    private static List<Column> columns(Random random, int depth) {
        List<Column> out = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            out.add(column("f" + i, random, depth));
        }
        return out;
    }

    private static Column column(String name, Random random, int depth) {
        return of(name, type(random, depth), random.nextBoolean());
    }

    private static Column of(String name, FieldType type, boolean nullable) {
        return Column.of(new Field(name, type, nullable));
    }

    private static FieldType type(Random random, int depth) {
        return switch (random.nextInt(depth < 2 ? 14 : 11)) {
            case 0 -> new FieldType.Bool();
            case 1 -> new FieldType.Int32();
            case 2 -> new FieldType.Int64();
            case 3 -> new FieldType.Float32();
            case 4 -> new FieldType.Float64();
            case 5 -> new FieldType.Text();
            case 6 -> new FieldType.Bytes();
            case 7 -> new FieldType.Uuid();
            case 8 -> new FieldType.Date();
            case 9 -> new FieldType.Timestamp(random.nextBoolean() ? TimeUnit.MILLIS : TimeUnit.MICROS, true);
            case 10 -> new FieldType.Decimal(9, random.nextInt(3));
            case 11 -> new FieldType.Array(type(random, depth + 1), random.nextBoolean());
            case 12 -> new FieldType.Mapping(type(random, depth + 1), random.nextBoolean());
            default -> new FieldType.Struct(columns(random, depth + 1).stream().map(Column::field).toList());
        };
    }

    private static List<Column> evolved(List<Column> columns, Random random) {
        List<Column> out = new ArrayList<>();
        for (Column c : columns) {
            switch (random.nextInt(9)) {
                case 0 -> {
                }
                case 1 -> out.add(of(c.name(), type(random, 1), c.field().nullable()));
                case 2 -> out.add(of(c.name(), c.field().type(), !c.field().nullable()));
                case 3 -> out.add(renamed(c));
                default -> out.add(c.field().type() instanceof FieldType.Struct
                        ? of(c.name(), new FieldType.Struct(evolved(c.inside(), random).stream().map(Column::field)
                                .toList()), c.field().nullable())
                        : c);
            }
        }
        if (random.nextInt(3) == 0) {
            out.add(column("added", random, 1));
        }
        if (out.isEmpty()) {
            out.add(of("only", new FieldType.Text(), true));
        }
        Collections.shuffle(out, random);
        return out;
    }

    private static Column renamed(Column c) {
        return new Column(new Field(c.name() + "x", c.field().type(), c.field().nullable()), "", false, List.of(),
                List.of(c.name()), Optional.empty(), false, Optional.empty(), false, List.of(), Place.file(""));
    }
}
