package millrace.ops.project;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * Something that is done again and again.
 *
 * @param name that no other of the pipeline has
 * @param cron when it is due
 * @param zone by whose clocks
 * @param complete a table that has to be complete through the time that it is due, before it begins
 * @param after schedules whose runs that were due by then have to be done before it begins
 * @param retries how often it is tried again
 * @param backoff how long after the first failure; twice as long after each further one
 * @param deadline of the day by when it should be done
 */
public record Schedule(String name, Action action, Cron cron, ZoneId zone, Optional<String> complete,
        List<String> after, int retries, Duration backoff, Optional<LocalTime> deadline) {
    public Schedule {
        after = List.copyOf(after);
    }

    /** What is done. Doing it twice does no harm, and it goes on where it was broken off. */
    public sealed interface Action {
        /** As people write it. */
        String word();

        /** Whether only the last of several times that were missed is made up for: it does all that they would have. */
        default boolean doesForAll() {
            return true;
        }

        /** Takes late records in. */
        record Amend(Duration last) implements Action {
            @Override
            public String word() {
                return "amend";
            }
        }

        /** Keeps tables as they are for reports about the day before it is due. */
        record Cut(List<String> tables) implements Action {
            public Cut {
                tables = List.copyOf(tables);
            }

            @Override
            public String word() {
                return "cut";
            }

            @Override
            public boolean doesForAll() {
                return false;
            }
        }

        /** Puts the files of tables together. */
        record Compact(List<String> tables) implements Action {
            public Compact {
                tables = List.copyOf(tables);
            }

            @Override
            public String word() {
                return "compact";
            }
        }

        /** Replays the day before it is due, and publishes that. */
        record Replay(List<String> models) implements Action {
            public Replay {
                models = List.copyOf(models);
            }

            @Override
            public String word() {
                return "replay";
            }

            @Override
            public boolean doesForAll() {
                return false;
            }
        }
    }
}
