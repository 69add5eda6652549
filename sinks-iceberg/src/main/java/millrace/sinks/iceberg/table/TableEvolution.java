package millrace.sinks.iceberg.table;

import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.Field;
import org.apache.iceberg.types.Type;

/**
 * Whether rows of a schema fit a table as it is, fit after a change of the table, or cannot fit. Iceberg's own union by
 * name ignores a narrowed column and throws on a changed one, hence a decision of our own.
 */
public sealed interface TableEvolution {
    /** Every column has its place; values of narrower types are promoted when they are written. */
    record Same() implements TableEvolution {}

    /** The table takes the rows after these changes, which never rewrite or hide a value that it holds. */
    record Evolve(List<Change> changes) implements TableEvolution {
        public Evolve {
            changes = List.copyOf(changes);
            if (changes.isEmpty()) {
                throw new IllegalArgumentException("nothing to evolve");
            }
        }
    }

    /** No change of the table can take both its rows and these; one problem per column. */
    record Incompatible(List<Problem> problems) implements TableEvolution {
        public Incompatible {
            problems = List.copyOf(problems);
        }
    }

    /** One change of a table's schema. Columns are Iceberg paths such as {@code items.element.price}. */
    sealed interface Change {
        /**
         * A new optional column; {@code parent} is empty at the top level.
         *
         * @param old what rows have there that are in the table or come without it; in the engine's own representation
         */
        record Add(String parent, Field field, Optional<Object> old) implements Change {
            /** One of which those rows have nothing. */
            public Add(String parent, Field field) {
                this(parent, field, Optional.empty());
            }
        }

        /** The column for what JSON records say, where a contract has come to keep it. */
        record KeepJson() implements Change {}

        /** A wider type for a column, by Iceberg's promotion rules. */
        record Widen(String column, Type.PrimitiveType from, Type.PrimitiveType to) implements Change {}

        /** Another name for a column, which keeps its id and so the values that it has; {@code column} as it was. */
        record Rename(String column, String to) implements Change {}

        /** A required column that becomes optional, since rows without a value for it have come. */
        record Relax(String column) implements Change {}
    }
}
