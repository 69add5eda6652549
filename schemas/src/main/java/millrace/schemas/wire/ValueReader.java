package millrace.schemas.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one value of a writer's schema as the object that a {@link millrace.schemas.row.FieldType} names. */
interface ValueReader {
    Object read(AvroCursor in) throws Malformed;

    /** A union: the branch says how to go on. */
    record Union(ValueReader[] branches) implements ValueReader {
        @Override
        public Object read(AvroCursor in) throws Malformed {
            return branches[in.readIndex(branches.length, "a union branch")].read(in);
        }
    }

    /** The usual optional value: a union of null and one type. */
    record Optional(ValueReader value, int nullBranch) implements ValueReader {
        @Override
        public Object read(AvroCursor in) throws Malformed {
            return in.readIndex(2, "a union branch") == nullBranch ? null : value.read(in);
        }
    }

    /** A list; an item that takes no bytes is bounded in number by the cursor. */
    record Items(ValueReader item, boolean itemsTakeBytes) implements ValueReader {
        @Override
        public Object read(AvroCursor in) throws Malformed {
            List<Object> out = new ArrayList<>();
            for (int n = in.readBlock(itemsTakeBytes); n != 0; n = in.readBlock(itemsTakeBytes)) {
                for (int i = 0; i < n; i++) {
                    try {
                        out.add(item.read(in));
                    } catch (Malformed e) {
                        throw e.in("[" + out.size() + "]");
                    }
                }
            }
            return out;
        }
    }

    /** A map; of a key that stands twice the last value counts, as in Avro's own reader. */
    record Entries(ValueReader value) implements ValueReader {
        @Override
        public Object read(AvroCursor in) throws Malformed {
            Map<String, Object> out = new LinkedHashMap<>();
            for (int n = in.readBlock(true); n != 0; n = in.readBlock(true)) {
                for (int i = 0; i < n; i++) {
                    String key = in.readText();
                    try {
                        out.put(key, value.read(in));
                    } catch (Malformed e) {
                        throw e.in("[" + key + "]");
                    }
                }
            }
            return out;
        }
    }

    /**
     * A row: the writer's fields in their order, each read into a slot or skipped.
     *
     * @param slots -1 where the field is skipped
     * @param template values of slots that no field of the writer fills
     */
    record Row(ValueReader[] readers, int[] slots, String[] names, Object[] template) implements ValueReader {
        @Override
        public Object[] read(AvroCursor in) throws Malformed {
            Object[] row = template.clone();
            int i = 0;
            try {
                for (; i < readers.length; i++) {
                    Object value = readers[i].read(in);
                    if (slots[i] >= 0) {
                        row[slots[i]] = value;
                    }
                }
            } catch (Malformed e) {
                throw e.in(names[i]);
            }
            return row;
        }
    }

    /** Passes over values; yields null. */
    static ValueReader skipping(Skip skip) {
        return in -> {
            skip.skip(in);
            return null;
        };
    }
}
