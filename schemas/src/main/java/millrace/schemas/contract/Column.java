package millrace.schemas.contract;

import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Place;
import millrace.schemas.row.Field;

/**
 * A column of a contract: its slot in the row and what is promised of its values.
 *
 * @param defaultValue what a reader assumes for records older than the column; in the engine's own representation
 * @param mask how a personal value is hidden; present only for personal data
 */
public record Column(Field field, String description, boolean unique, List<Expectation> expectations,
        Optional<Object> defaultValue, boolean personal, Optional<Mask> mask, boolean deprecated, Place place) {

    public Column {
        expectations = List.copyOf(expectations);
    }

    public String name() {
        return field.name();
    }

    /** How a personal value is hidden. */
    public enum Mask {
        HASH, REDACT, PARTIAL, ENCRYPT
    }
}
