package millrace.sinks.iceberg.keyed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;
import millrace.sinks.iceberg.table.TableSpec;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.utils.Utils;

/** Records that change rows, and the table that keeps the newest. */
public final class Accounts {
    private static final FieldType.Struct ROW = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64()), Field.optional("region", new FieldType.Text()),
                    Field.required("balance", new FieldType.Int64())));
    private static final FieldType.Struct DATED = new FieldType.Struct(Stream
            .concat(ROW.fields().stream(), Stream.of(Field.optional("day", new FieldType.Date()))).toList());
    private static final FieldType.Struct KEY = new FieldType.Struct(List.of(ROW.fields().get(0)));
    private static final AvroRowEncoder VALUES = AvroRowEncoder.of(AvroTypes.toSchema("Account", ROW), ROW, 1);
    private static final AvroRowEncoder DATED_VALUES = AvroRowEncoder.of(AvroTypes.toSchema("Account", DATED), DATED,
            2);
    private static final AvroRowEncoder KEYS = AvroRowEncoder.of(AvroTypes.toSchema("key", KEY), KEY, 0);

    private Accounts() {}

    public static TableSpec spec(List<String> partitionBy, List<String> sortBy, Map<String, String> properties) {
        return new TableSpec("gold", "accounts", "accounts", ROW, TableSpec.Layout.ENGINE, Optional.empty(),
                partitionBy, sortBy, Duration.ofSeconds(1), 1L << 20, properties).ofNewest(List.of("id"));
    }

    /** A table of accounts of which each has a day, {@code day}. */
    public static TableSpec dated(List<String> partitionBy, List<String> sortBy, Map<String, String> properties) {
        return new TableSpec("gold", "accounts", "accounts", DATED, TableSpec.Layout.ENGINE, Optional.empty(),
                partitionBy, sortBy, Duration.ofSeconds(1), 1L << 20, properties).ofNewest(List.of("id"));
    }

    /** The registry has one schema for accounts, and one for those with a day. */
    public static Schema schema(int id) {
        return AvroTypes.toSchema("Account", id == 1 ? ROW : DATED);
    }

    public static synchronized byte[] key(long id) {
        int length = KEYS.write(new Object[] {id});
        return Arrays.copyOf(KEYS.buffer(), length);
    }

    public static synchronized byte[] value(long id, String region, long balance) {
        return VALUES.encode(new Object[] {id, region, balance});
    }

    /** @param day counted from 1970 on; null for none */
    public static synchronized byte[] value(long id, String region, long balance, Integer day) {
        return DATED_VALUES.encode(new Object[] {id, region, balance, day});
    }

    /** Where the engine writes a key's records. */
    public static int partition(long id, int partitions) {
        return Utils.toPositive(Utils.murmur2(key(id))) % partitions;
    }

    /** Of a key's bytes. */
    public static long idOf(byte[] key) {
        try {
            return DecoderFactory.get().binaryDecoder(key, null).readLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The columns of a value's bytes. */
    public static String textOf(byte[] value) {
        GenericRecord row = decode(value);
        return row.get("id") + " " + row.get("region") + " " + row.get("balance");
    }

    /** The day of a value's bytes; null if it has none. */
    public static Integer dayOf(byte[] value) {
        GenericRecord row = decode(value);
        return row.hasField("day") ? (Integer) row.get("day") : null;
    }

    private static GenericRecord decode(byte[] value) {
        try {
            return new GenericDatumReader<GenericRecord>(schema(ByteBuffer.wrap(value).getInt(1))).read(null,
                    DecoderFactory.get().binaryDecoder(value, ConfluentFrame.HEADER,
                            value.length - ConfluentFrame.HEADER, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
