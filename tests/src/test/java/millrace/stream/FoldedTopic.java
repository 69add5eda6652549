package millrace.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import millrace.process.CommittedTopic;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;

/** What a model's topic comes to: the last row of each key, and all rows without one. */
public final class FoldedTopic {
    private FoldedTopic() {}

    /** The rows of everything that is committed, in no order. */
    public static List<Object[]> rows(String servers, String topic, FieldType.Struct type) throws Malformed {
        var decoder = AvroRowDecoder.of(AvroTypes.toSchema(topic, type), type);
        Map<String, Object[]> byKey = new TreeMap<>();
        List<Object[]> rows = new ArrayList<>();
        for (var r : CommittedTopic.read(servers, topic, "all of it")) {
            if (r.key() == null) {
                rows.add(decoder.decodeFramed(r.value()));
            } else if (r.value() == null) {
                byKey.remove(Arrays.toString(r.key()));
            } else {
                byKey.put(Arrays.toString(r.key()), decoder.decodeFramed(r.value()));
            }
        }
        rows.addAll(byKey.values());
        return rows;
    }
}
