package millrace.topology.aggregate;

import java.util.List;
import java.util.Optional;
import millrace.schemas.row.FieldType;

/** What is known about a call of an aggregate function before it runs. */
public sealed interface Resolution {

    /**
     * It can be called.
     *
     * @param type of the result
     * @param nullable whether a group of rows may have NULL as its result
     * @param nullIfEmpty whether a group in which no row counts has NULL: one without {@code GROUP BY}, or with a
     *        {@code FILTER}
     * @param arguments the types that the columns must be cast to, as many as were given; mostly their own
     * @param retracts whether it can be called where rows are taken back, {@link InputChanges#RETRACTING}
     */
    record Resolved(FieldType type, boolean nullable, boolean nullIfEmpty, List<FieldType> arguments,
            boolean retracts) implements Resolution {
        public Resolved {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * There is no function of the name.
     *
     * @param nearest one that was perhaps meant
     */
    record Unknown(String name, Optional<String> nearest) implements Resolution {}

    /**
     * The function cannot be called so.
     *
     * @param found the call with its types, such as {@code SUM(text)}
     * @param reason what is wrong, a sentence
     * @param forms how it can be called, such as {@code SUM(int)}
     */
    record Refused(String found, String reason, List<String> forms) implements Resolution {
        public Refused {
            forms = List.copyOf(forms);
        }
    }
}
