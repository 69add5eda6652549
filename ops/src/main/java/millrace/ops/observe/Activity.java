package millrace.ops.observe;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import millrace.topology.run.LocalState;

/** What this process itself is doing; everything else about the platform is read from topics and tables. */
public interface Activity {
    /** A process that only watches. */
    Activity NONE = new Activity() {
        @Override
        public Optional<PipelineActivity> pipeline(String name) {
            return Optional.empty();
        }

        @Override
        public boolean fillsTables() {
            return false;
        }

        @Override
        public Map<String, Blocked> tables() {
            return Map.of();
        }

        @Override
        public List<Blocked> blocked() {
            return List.of();
        }
    };

    /** What a pipeline does here; empty if it does not run in this process. */
    Optional<PipelineActivity> pipeline(String name);

    /** Whether this process stages and commits. */
    boolean fillsTables();

    /** What keeps this process from filling tables, by their names. */
    Map<String, Blocked> tables();

    /** What keeps this process from working, beside what is said on the control topic. */
    List<Blocked> blocked();

    /**
     * @param state one or two words
     * @param detail a sentence; may be empty
     * @param keeps what its tasks have in their stores in this process
     */
    record PipelineActivity(String state, String detail, Condition condition, Optional<Blocked> blocked,
            LocalState keeps) {
        /** One that keeps nothing here. */
        PipelineActivity(String state, String detail, Condition condition) {
            this(state, detail, condition, Optional.empty(), LocalState.NONE);
        }
    }
}
