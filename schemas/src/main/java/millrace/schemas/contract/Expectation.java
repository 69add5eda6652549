package millrace.schemas.contract;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import millrace.schemas.row.FieldType;

/** What a contract promises of each value of a column, beside its type; NULL passes all of these but {@link Present}. */
public sealed interface Expectation {
    /** In words, for a column of a type: {@code at least 0 and less than 10}. */
    default String describe(FieldType type) {
        return ValueCheck.describe(type, this);
    }

    /** There is a value, though the schema would allow none. */
    record Present() implements Expectation {}

    /** No element of a list occurs twice. */
    record DistinctItems() implements Expectation {}

    /** One of these values, each as text. */
    record OneOf(List<String> values) implements Expectation {
        public OneOf {
            values = List.copyOf(values);
        }
    }

    /**
     * A number within bounds; an absent bound is open. A date counts in days, a time or timestamp in microseconds.
     */
    record Range(Optional<BigDecimal> min, boolean minExclusive, Optional<BigDecimal> max, boolean maxExclusive)
            implements
                Expectation {}

    /** A text or list whose length lies within bounds, in characters or elements. */
    record Length(int min, int max) implements Expectation {}

    /** A text that matches a regular expression as a whole. */
    record Matches(Pattern pattern) implements Expectation {
        @Override
        public boolean equals(Object o) {
            return o instanceof Matches m && m.pattern.pattern().equals(pattern.pattern());
        }

        @Override
        public int hashCode() {
            return pattern.pattern().hashCode();
        }
    }

    /** A number that is a whole multiple of another. */
    record MultipleOf(BigDecimal factor) implements Expectation {}
}
