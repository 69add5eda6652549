package millrace.topology.aggregate;

import java.util.List;
import java.util.OptionalInt;
import millrace.schemas.row.FieldType;

/**
 * An aggregate function as SQL calls it.
 *
 * @param name upper case
 * @param forms the ways to call it, with what each gives, such as {@code SUM(int) -> bigint}
 * @param doc what it gives, one sentence or a few
 * @param constantsFrom position of the first argument that must be a constant; empty if all are columns
 * @param examples calls with their results
 */
public record AggregateFunction(String name, List<String> forms, String doc, OptionalInt constantsFrom,
        List<Example> examples, Repeats repeats, Typing typing, Binder binder) {
    public AggregateFunction {
        forms = List.copyOf(forms);
        examples = List.copyOf(examples);
    }

    /** What {@code DISTINCT} does to it. */
    enum Repeats {
        /** Repeated values count: the function is given each once. */
        COUNT,
        /** Repeated values change nothing, so DISTINCT does not either. */
        CHANGE_NOTHING,
        /** The function drops them itself. */
        ARE_ITS_OWN_MATTER,
        /** It cannot be called with DISTINCT. */
        ARE_WANTED
    }

    /** Says what a call gives. */
    @FunctionalInterface
    interface Typing {
        /**
         * @param types of the columns
         * @param nullable whether each may be NULL
         * @param constants as the query has them
         * @throws Unfit if it cannot be called so
         */
        Resolution.Resolved type(List<FieldType> types, List<Boolean> nullable, List<Object> constants) throws Unfit;
    }

    /** Makes what runs; only for what the typing let through. */
    @FunctionalInterface
    interface Binder {
        Aggregator<?> bind(Binding binding);
    }

    /** A call that is not possible, with the reason as a sentence. */
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String reason) {
            super(reason, null, false, false);
        }
    }

    /**
     * A call and what it gives; tests run it.
     *
     * @param call such as {@code SUM(x)}
     * @param columns names and types, such as {@code x int, y text}
     * @param rows in their total order, a second apart, such as {@code (1, 'a'), (2, 'b')}
     * @param result as SQL writes it
     */
    public record Example(String call, String columns, String rows, String result) {
        /** Such as {@code SUM(x) of (x int) 1, 2, NULL is 3}. */
        public String text() {
            return call + " of (" + columns + ") " + rows + " is " + result;
        }
    }

    /** The same under another name. */
    AggregateFunction named(String other) {
        return new AggregateFunction(other, forms.stream().map(f -> f.replaceFirst("^" + name + "\\b", other)).toList(),
                doc, constantsFrom,
                examples.stream().map(e -> new Example(e.call().replaceFirst("^" + name + "\\b", other), e.columns(),
                        e.rows(), e.result())).toList(),
                repeats, typing, binder);
    }
}
