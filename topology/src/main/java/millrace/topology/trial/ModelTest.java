package millrace.topology.trial;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Place;
import millrace.schemas.row.FieldType;

/**
 * One case: what comes, and what is to be of it.
 *
 * @param model with its layer
 * @param place where its name stands
 * @param given in the order of the file
 * @param rows of the model, after all changes by key; absent where the case says nothing of them
 * @param late rows that came too late for a window; absent where none is expected
 * @param refused records and rows in quarantine; absent where none is expected
 */
public record ModelTest(String name, String model, Place place, List<Given> given, Optional<Expected> rows,
        Optional<Expected> late, Optional<Expected> refused) {
    public ModelTest {
        given = List.copyOf(given);
    }

    /** What comes from a source. */
    public sealed interface Given {
        Contract source();

        /**
         * A record.
         *
         * @param row of the contract's type
         * @param timestamp Kafka's, in milliseconds, where the case says it
         */
        record Row(Contract source, Object[] row, OptionalLong timestamp) implements Given {}

        /**
         * A record of a changelog that says that a row is gone.
         *
         * @param key values of the contract's key columns, in their order
         * @param timestamp Kafka's, in milliseconds, where the case says it
         */
        record Delete(Contract source, Object[] key, OptionalLong timestamp) implements Given {}

        /** Nothing more comes from this source. */
        record End(Contract source) implements Given {}
    }

    /**
     * Rows in any order, each with the columns that are compared.
     *
     * @param type of the rows they are compared with
     */
    public record Expected(FieldType.Struct type, List<Map<String, Object>> rows) {
        public Expected {
            rows = List.copyOf(rows);
        }
    }
}
