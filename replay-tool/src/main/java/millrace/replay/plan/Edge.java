package millrace.replay.plan;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.yaml.Durations;

/** One end of a stretch of event time, as a person says it. */
public sealed interface Edge {
    /** This moment. */
    record At(Instant time) implements Edge {}

    /** So long before now. */
    record Ago(Duration duration) implements Edge {}

    /**
     * What these records may have changed: of a beginning, those from here on; of an end, those before.
     *
     * @param contract whose topic they are of; absent if only one is read
     */
    record Records(Optional<String> contract, Map<Integer, Long> offsets) implements Edge {
        public Records {
            offsets = Map.copyOf(offsets);
        }
    }

    /**
     * What a table had at one of its snapshots: of a beginning, all that came since.
     *
     * @param ref a snapshot's id, a branch or a tag
     */
    record State(String table, String ref) implements Edge {}

    Pattern RECORDS = Pattern.compile("offset:(?:([A-Za-z0-9_.-]+):)?(\\d+=\\d+(?:,\\d+=\\d+)*)");
    Pattern STATE = Pattern.compile("snapshot:([A-Za-z0-9_]+(?:\\.[A-Za-z0-9_]+)+)@([A-Za-z0-9_.-]+)");

    /**
     * {@code 2026-11-01}, {@code 2026-11-01T10:00} and the like, in UTC unless they say another zone; {@code 7d}, so long
     * ago; {@code offset:0=118204,1=117990}, {@code offset:clicks:0=118204}; {@code snapshot:gold.hourly@good}.
     *
     * @throws ProblemException with {@code REPLAY_BOUND_UNKNOWN}
     */
    static Edge parse(String text) {
        String word = text.strip();
        Matcher records = RECORDS.matcher(word);
        Matcher state = STATE.matcher(word);
        try {
            if (records.matches()) {
                Map<Integer, Long> offsets = new TreeMap<>();
                for (String pair : records.group(2).split(",")) {
                    String[] sides = pair.split("=");
                    offsets.put(Integer.parseInt(sides[0]), Long.parseLong(sides[1]));
                }
                return new Records(Optional.ofNullable(records.group(1)), offsets);
            } else if (state.matches()) {
                return new State(state.group(1), state.group(2));
            }
        } catch (NumberFormatException e) {
            throw unknown(text);
        }
        return Durations.parse(word).<Edge>map(Ago::new).or(() -> time(word).map(At::new))
                .orElseThrow(() -> unknown(text));
    }

    private static Optional<Instant> time(String word) {
        try {
            if (word.length() == "2026-11-01".length()) {
                return Optional.of(LocalDate.parse(word).atStartOfDay(ZoneOffset.UTC).toInstant());
            }
            String dated = word.replace(' ', 'T');
            boolean zoned = dated.endsWith("Z") || dated.indexOf('+') > 0 || dated.lastIndexOf('-') > 7;
            return Optional.of(zoned
                    ? java.time.OffsetDateTime.parse(dated).toInstant()
                    : LocalDateTime.parse(dated).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static ProblemException unknown(String text) {
        return new ProblemException(Problem.of(ReplayProblem.REPLAY_BOUND_UNKNOWN, text,
                "\"" + text + "\" is no end of a range.").withRemedy(ReplayProblem.REPLAY_BOUND_UNKNOWN.remedy()));
    }
}
