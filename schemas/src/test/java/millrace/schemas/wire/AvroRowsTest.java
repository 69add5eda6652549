package millrace.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import millrace.schemas.row.FieldType;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Our reader and writer against Avro's own, on random row types and rows. */
class AvroRowsTest {
    private static final int ROUNDS = System.getProperty("millrace.suite", "slice").equals("long") ? 20_000 : 1_500;

    private interface Round {
        void run(RandomRows random, FieldType.Struct type, Schema schema, Object[] row, String seed) throws Exception;
    }

    private static void rounds(Round round) throws Exception {
        for (long seed = 1; seed <= ROUNDS; seed++) {
            RandomRows random = new RandomRows(seed);
            FieldType.Struct type = random.struct(0);
            Schema schema = AvroTypes.toSchema("web.silver.clicks", type);
            round.run(random, type, schema, random.row(type), "seed " + seed + " " + schema);
        }
    }

    @Test
    void avroReadsWhatWeWrite() throws Exception {
        rounds((random, type, schema, row, seed) -> {
            byte[] framed = AvroRowEncoder.of(schema, type, 77).encode(row);
            assertThat(ConfluentFrame.schemaId(framed)).hasValue(77);
            assertThat((Object) AvroOracle.read(schema, schema, framed, ConfluentFrame.HEADER)).as(seed)
                    .isEqualTo(AvroOracle.read(schema, schema, AvroOracle.write(schema,
                            AvroOracle.toGeneric(schema, type, row)), 0));
        });
    }

    @Test
    void weReadWhatAvroWrites() throws Exception {
        rounds((random, type, schema, row, seed) -> {
            byte[] bytes = AvroOracle.write(schema, AvroOracle.toGeneric(schema, type, row));
            byte[] somewhere = new byte[bytes.length + 7];
            System.arraycopy(bytes, 0, somewhere, 3, bytes.length);
            Object[] read = AvroRowDecoder.of(schema, type).decode(somewhere, 3, bytes.length);
            assertThat(RandomRows.comparable(read)).as(seed).isEqualTo(RandomRows.comparable(row));
        });
    }

    @Test
    void columnsNobodyNeedsAreNull() throws Exception {
        rounds((random, type, schema, row, seed) -> {
            BitSet needed = new BitSet();
            for (int i = 0; i < row.length; i++) {
                needed.set(i, random.random().nextBoolean());
            }
            Object[] expected = row.clone();
            for (int i = needed.nextClearBit(0); i < row.length; i = needed.nextClearBit(i + 1)) {
                expected[i] = null;
            }
            byte[] bytes = AvroOracle.write(schema, AvroOracle.toGeneric(schema, type, row));
            assertThat(RandomRows.comparable(AvroRowDecoder.of(schema, type, needed).decode(bytes, 0, bytes.length)))
                    .as(seed).isEqualTo(RandomRows.comparable(expected));
        });
    }

    @Test
    void everyCutIsMalformedAndNoFlippedByteEndsInATrace() throws Exception {
        rounds((random, type, schema, row, seed) -> {
            byte[] bytes = AvroOracle.write(schema, AvroOracle.toGeneric(schema, type, row));
            BitSet needed = new BitSet();
            needed.set(0, random.random().nextInt(row.length + 1));
            AvroRowDecoder decoder = AvroRowDecoder.of(schema, type, needed);
            for (int cut = 0; cut < bytes.length; cut++) {
                assertThat(malformed(decoder, bytes, cut)).as(seed + " cut at " + cut).isTrue();
            }
            byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
            assertThat(malformed(decoder, longer, longer.length)).as(seed + " one byte more").isTrue();
            for (int i = 0; i < 30 && bytes.length > 0; i++) {
                byte[] flipped = bytes.clone();
                flipped[random.random().nextInt(bytes.length)] = (byte) random.random().nextInt();
                malformed(decoder, flipped, flipped.length);
            }
            Object[] again = decoder.decode(bytes, 0, bytes.length);
            assertThat(again).as(seed + " after poison").hasSameSizeAs(row);
        });
    }

    private static boolean malformed(AvroRowDecoder decoder, byte[] bytes, int length) {
        try {
            decoder.decode(bytes, 0, length);
            return false;
        } catch (Malformed e) {
            assertThat(e.getStackTrace()).isEmpty();
            assertThat(e.expected()).isNotEmpty();
            return true;
        }
    }

    @Test
    void aRowTypeComesBackFromItsSchema() throws Exception {
        rounds((random, type, schema, row, seed) -> {
            assertThat(AvroTypes.fromSchema(schema)).as(seed).isEqualTo(type);
            assertThat(AvroTypes.fromSchema(new Schema.Parser().parse(schema.toString()))).as(seed).isEqualTo(type);
        });
    }

    @Test
    void oneEncoderWritesManyRows() throws Exception {
        RandomRows random = new RandomRows(5);
        FieldType.Struct type = random.struct(0);
        Schema schema = AvroTypes.toSchema("t", type);
        AvroRowEncoder encoder = AvroRowEncoder.of(schema, type, 1);
        AvroRowDecoder decoder = AvroRowDecoder.of(schema, type);
        for (int i = 0; i < 1000; i++) {
            Object[] row = random.row(type);
            assertThat(RandomRows.comparable(decoder.decodeFramed(encoder.encode(row))))
                    .isEqualTo(RandomRows.comparable(row));
        }
    }
}
