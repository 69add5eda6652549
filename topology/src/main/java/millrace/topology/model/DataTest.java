package millrace.topology.model;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** What a model promises of each value of a column. A row that breaks it is quarantined; NULL passes all but the first. */
public sealed interface DataTest {
    /** As the properties name it. */
    String name();

    record NotNull() implements DataTest {
        @Override
        public String name() {
            return "not_null";
        }
    }

    /** One of these values, compared as text. */
    record AcceptedValues(List<String> values) implements DataTest {
        public AcceptedValues {
            values = List.copyOf(values);
        }

        @Override
        public String name() {
            return "accepted_values";
        }
    }

    /** A number within bounds; an absent bound is open. */
    record AcceptedRange(Optional<BigDecimal> min, Optional<BigDecimal> max, boolean inclusive) implements DataTest {
        @Override
        public String name() {
            return "accepted_range";
        }
    }
}
