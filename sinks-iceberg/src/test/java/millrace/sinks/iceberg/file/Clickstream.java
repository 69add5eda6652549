package millrace.sinks.iceberg.file;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.Schema;

/** Clickstream records of about 160 bytes, framed as on a topic: ids that never repeat, skewed users, few regions. */
public final class Clickstream {
    static final int SCHEMA_ID = 7;
    public static final Schema SCHEMA = new Schema.Parser().parse("""
        {"type":"record","name":"Event","namespace":"web","fields":[
          {"name":"event_id","type":"string"},
          {"name":"session_id","type":"string"},
          {"name":"user_id","type":"string"},
          {"name":"device_id","type":"string"},
          {"name":"event_type","type":{"type":"enum","name":"EventType",
            "symbols":["VIEW","PLAY","PAUSE","SEARCH","CLICK","PURCHASE"]}},
          {"name":"content_id","type":"long"},
          {"name":"region","type":"string"},
          {"name":"client_ts","type":{"type":"long","logicalType":"timestamp-millis"}},
          {"name":"amount","type":"double"},
          {"name":"properties","type":["null","string"],"default":null}]}""");
    private static final String[] REGIONS = {"eu-west-1", "eu-west-2", "eu-south-1", "eu-north-1", "us-east-1",
            "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-east-1", "sa-east-1", "af-south-1"};
    private static final String[] PLAYERS = {"web", "ios", "android", "tv"};
    static final long START_MILLIS = 1_767_225_600_000L;

    public final byte[][] keys;
    public final byte[][] values;
    public final long[] timestamps;

    public Clickstream(int records, long seed) {
        keys = new byte[records][];
        values = new byte[records][];
        timestamps = new long[records];
        Random random = new Random(seed);
        ByteBuffer out = ByteBuffer.allocate(1024);
        for (int i = 0; i < records; i++) {
            long user = (long) (Math.pow(random.nextDouble(), 4) * 1_000_000);
            Random ofUser = new Random(user);
            timestamps[i] = START_MILLIS + i * 4L - (random.nextInt(20) == 0 ? random.nextInt(30_000) : 0);
            out.clear().put((byte) 0).putInt(SCHEMA_ID);
            text(out, new UUID(random.nextLong(), random.nextLong()).toString());
            text(out, "s-" + hex(ofUser.nextLong() + timestamps[i] / 1_800_000));
            text(out, "u-" + user);
            text(out, "d-" + hex(ofUser.nextLong()));
            int type = random.nextInt(6);
            number(out, type);
            number(out, (long) Math.pow(200_000, random.nextDouble()));
            text(out, REGIONS[(int) (Math.pow(random.nextDouble(), 2) * REGIONS.length)]);
            number(out, timestamps[i]);
            out.putLong(Long.reverseBytes(Double.doubleToLongBits(type == 5 ? random.nextInt(20_000) / 100.0 : 0)));
            if (random.nextInt(5) == 0) {
                number(out, 0);
            } else {
                number(out, 1);
                text(out, "{\"player\":\"" + PLAYERS[random.nextInt(4)] + "\",\"bitrate\":"
                        + (400 + random.nextInt(8000)) + ",\"abr\":true,\"app\":\"5." + random.nextInt(30) + "\"}");
            }
            values[i] = java.util.Arrays.copyOf(out.array(), out.position());
            keys[i] = ("u-" + user).getBytes(StandardCharsets.UTF_8);
        }
    }

    private static String hex(long value) {
        return String.format("%016x", value);
    }

    private static void text(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, bytes.length);
        out.put(bytes);
    }

    private static void number(ByteBuffer out, long value) {
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7fL) != 0) {
            out.put((byte) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    /** Appends all records, as if partition 0 began with them. */
    public void appendTo(StagedWriter writer) {
        for (int i = 0; i < values.length; i++) {
            writer.append(0, i, timestamps[i], keys[i], values[i], null);
        }
    }
}
