package millrace.replay.amend;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import millrace.schemas.time.TimeEntry;

/**
 * What becomes of the records that came too late.
 *
 * @param pieces stretches that are computed anew, ascending; no two share a day
 * @param already how many were taken in before
 * @param left how many stay out, by the reason in words for people
 */
public record Amendment(List<Piece> pieces, long already, SortedMap<String, Long> left) {
    public Amendment {
        pieces = List.copyOf(pieces);
        left = Collections.unmodifiableSortedMap(new TreeMap<>(left));
    }

    /**
     * A stretch of event time with the records that are taken in there. Microseconds.
     *
     * @param to the first moment that is not meant
     * @param models whose rows of the stretch may become others
     * @param admissions that let the records in
     */
    public record Piece(long from, long to, SortedSet<String> models, List<TimeEntry.Admission> admissions,
            long records) {
        public Piece {
            models = Collections.unmodifiableSortedSet(new TreeSet<>(models));
            admissions = List.copyOf(admissions);
        }

        public Instant begins() {
            return Instant.EPOCH.plus(from, ChronoUnit.MICROS);
        }

        public Instant ends() {
            return Instant.EPOCH.plus(to, ChronoUnit.MICROS);
        }
    }

    /** The same without some pieces, whose records stay out. */
    public Amendment without(Map<Piece, String> why) {
        SortedMap<String, Long> more = new TreeMap<>(left);
        why.forEach((piece, words) -> more.merge(words, piece.records(), Long::sum));
        return new Amendment(pieces.stream().filter(p -> !why.containsKey(p)).toList(), already, more);
    }

    /** How many records are taken in. */
    public long records() {
        return pieces.stream().mapToLong(Piece::records).sum();
    }
}
