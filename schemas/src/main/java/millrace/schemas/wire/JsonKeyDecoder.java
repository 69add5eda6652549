package millrace.schemas.wire;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.contract.Column;
import millrace.schemas.row.FieldType;

/**
 * Reads the keys of records into rows of a contract's key columns: JSON objects as {@link JsonRowDecoder} does, and of a
 * single column also the bare value, as JSON or as the plain text that a string serializer writes.
 */
public final class JsonKeyDecoder implements RowDecoder {
    /** What JSON writes without quotes. */
    private static final Set<Class<?>> BARE = Set.of(FieldType.Bool.class, FieldType.Int32.class,
            FieldType.Int64.class, FieldType.Float32.class, FieldType.Float64.class, FieldType.Decimal.class);

    private final List<Column> columns;
    private final JsonRowDecoder objects;

    public JsonKeyDecoder(List<Column> columns) {
        this.columns = List.copyOf(columns);
        BitSet all = new BitSet();
        all.set(0, columns.size());
        objects = JsonRowDecoder.of(columns, all);
    }

    @Override
    public Object[] decode(byte[] bytes, int offset, int length) throws Malformed {
        // A bare number behind a frame cannot be told from a number in binary, so only what is clearly JSON may have one.
        boolean framed = length > ConfluentFrame.HEADER && bytes[offset] == 0
                && (bytes[offset + ConfluentFrame.HEADER] == '{' || bytes[offset + ConfluentFrame.HEADER] == '"');
        int skip = framed ? ConfluentFrame.HEADER : 0;
        String text = new String(bytes, offset + skip, length - skip, StandardCharsets.UTF_8);
        if (text.startsWith("{")) {
            return objects.decode(bytes, offset + skip, length - skip);
        }
        byte[] object = asObject(text).getBytes(StandardCharsets.UTF_8);
        try {
            return objects.decode(object, 0, object.length);
        } catch (Malformed e) {
            throw Malformed.bytes(expected(), Malformed.shown(text)); // in the words of what was found, not of what we made
        }
    }

    private String asObject(String text) throws Malformed {
        if (columns.size() != 1) {
            throw Malformed.bytes(expected(), Malformed.shown(text));
        }
        return "{" + quoted(columns.get(0).name()) + ":" + value(text) + "}";
    }

    private String value(String text) {
        boolean isBare = BARE.contains(columns.get(0).field().type().getClass());
        return isBare || text.startsWith("\"") ? text : quoted(text);
    }

    private static String quoted(String text) {
        return "\"" + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }

    private String expected() {
        String names = columns.stream().map(c -> c.name()).collect(Collectors.joining(", "));
        return columns.size() == 1
                ? "a value of " + names + ", or a JSON object with it"
                : "a JSON object with " + names;
    }
}
