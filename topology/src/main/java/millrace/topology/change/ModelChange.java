package millrace.topology.change;

import java.util.List;
import java.util.Optional;

/**
 * What another text of a pipeline means for one of its models.
 *
 * @param because in words, what has changed; the model's own first, then what it reads
 * @param breaks what those who read its rows would miss
 */
public record ModelChange(String model, Verdict verdict, List<String> because, List<Break> breaks) {
    public ModelChange {
        because = List.copyOf(because);
        breaks = List.copyOf(breaks);
    }

    /** What becomes of it; each says more than the one before it. */
    public enum Verdict {
        /** It goes on as it was. */
        UNCHANGED,
        /** The same rows, in a table that is kept in another way. */
        TABLE,
        /** Each row follows from the records of its moment alone: rows that come from now on are by the new text. */
        STATELESS,
        /** What it remembers can be read on, but was made by the old text. */
        STATE_KEPT,
        /** What it remembers means nothing to the new text: its history has to be computed again. */
        NEEDS_REPLAY,
        /** It is not there yet, and has no history. */
        NEW,
        /** Nothing computes it any longer; its table stays as it is. */
        REMOVED;

        /** As people read it. */
        public String words() {
            return switch (this) {
                case UNCHANGED -> "unchanged";
                case TABLE -> "table only";
                case STATELESS -> "stateless change";
                case STATE_KEPT -> "state compatible";
                case NEEDS_REPLAY -> "needs replay";
                case NEW -> "new";
                case REMOVED -> "removed";
            };
        }
    }

    /**
     * Something that readers counted on.
     *
     * @param column whose readers alone are meant; absent for all readers
     */
    public record Break(Optional<String> column, String words) {
        @Override
        public String toString() {
            return words;
        }
    }
}
