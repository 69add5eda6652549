package millrace.schemas.evolve;

import java.util.List;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroTypes;

/** One difference between two versions of a contract. */
public sealed interface Change {
    /** The column it is about, such as {@code customer.email} or {@code tags[]}; empty for the contract as a whole. */
    String path();

    /** In words, as in {@code removes "amount"}. */
    String describe();

    /** Whether a reader of the newer version cannot read records of the older one. */
    default boolean breaksNewReaders() {
        return false;
    }

    /** Whether a reader of the older version cannot read records of the newer one. */
    default boolean breaksOldReaders() {
        return false;
    }

    /** @param optional whether a record without it is fine: the column is nullable or has a default */
    record Added(String path, FieldType type, boolean optional) implements Change {
        @Override
        public String describe() {
            return optional ? "adds \"" + path + "\"" : "adds the required \"" + path + "\" without a default";
        }

        @Override
        public boolean breaksNewReaders() {
            return !optional;
        }
    }

    /** @param optional whether the older version did without it */
    record Removed(String path, FieldType type, boolean optional) implements Change {
        @Override
        public String describe() {
            return optional ? "removes \"" + path + "\"" : "removes the required \"" + path + "\"";
        }

        @Override
        public boolean breaksOldReaders() {
            return !optional;
        }
    }

    /** A column got a new name and keeps the old one as an alias. */
    record Renamed(String path, String newPath, boolean optional) implements Change {
        @Override
        public String describe() {
            return "renames \"" + path + "\" to \"" + newPath + "\"";
        }

        @Override
        public boolean breaksOldReaders() {
            return !optional;
        }
    }

    /** Another type; which direction it breaks follows from what Avro promotes. */
    record TypeChanged(String path, FieldType older, FieldType newer) implements Change {
        @Override
        public String describe() {
            return "changes \"" + path + "\" from " + AvroTypes.describe(older) + " to " + AvroTypes.describe(newer);
        }

        @Override
        public boolean breaksNewReaders() {
            return !Promotion.readable(older, newer);
        }

        @Override
        public boolean breaksOldReaders() {
            return !Promotion.readable(newer, older);
        }
    }

    /** Values that were written in the same way now mean something else, such as another unit. */
    record MeaningChanged(String path, FieldType older, FieldType newer) implements Change {
        @Override
        public String describe() {
            return "changes the meaning of \"" + path + "\" from " + AvroTypes.describe(older) + " to "
                    + AvroTypes.describe(newer);
        }

        @Override
        public boolean breaksNewReaders() {
            return Promotion.readable(older, newer) && !Promotion.sameMeaning(older, newer);
        }

        @Override
        public boolean breaksOldReaders() {
            return Promotion.readable(newer, older) && !Promotion.sameMeaning(newer, older);
        }
    }

    /** NULL is no longer allowed. */
    record BecameRequired(String path) implements Change {
        @Override
        public String describe() {
            return "makes \"" + path + "\" required";
        }

        @Override
        public boolean breaksNewReaders() {
            return true;
        }
    }

    /** NULL is allowed now. */
    record BecameOptional(String path) implements Change {
        @Override
        public String describe() {
            return "makes \"" + path + "\" optional";
        }

        @Override
        public boolean breaksOldReaders() {
            return true;
        }
    }

    /** What readers need to know of all records at once: topic, record name or wire format. */
    record FrameChanged(String what, String older, String newer) implements Change {
        @Override
        public String path() {
            return "";
        }

        @Override
        public String describe() {
            return "changes the " + what + " from " + older + " to " + newer;
        }

        @Override
        public boolean breaksNewReaders() {
            return true;
        }

        @Override
        public boolean breaksOldReaders() {
            return true;
        }
    }

    /** How the engine treats the topic: key, event time, kind. Readers of single records are not touched. */
    record TreatmentChanged(String what, String older, String newer) implements Change {
        @Override
        public String path() {
            return "";
        }

        @Override
        public String describe() {
            return "changes the " + what + " from " + older + " to " + newer;
        }
    }

    /** Other values are allowed than before; records in the topic are read as ever. */
    record PromisesChanged(String path, List<String> dropped, List<String> added) implements Change {
        public PromisesChanged {
            dropped = List.copyOf(dropped);
            added = List.copyOf(added);
        }

        @Override
        public String describe() {
            return "changes what \"" + path + "\" may be"
                    + (dropped.isEmpty() ? "" : ", no longer " + String.join(" and ", dropped))
                    + (added.isEmpty() ? "" : ", now " + String.join(" and ", added));
        }
    }

    /** The column will go. */
    record Deprecated(String path) implements Change {
        @Override
        public String describe() {
            return "marks \"" + path + "\" as deprecated";
        }
    }
}
