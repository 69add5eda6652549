package millrace.ops.generate;

import java.util.Arrays;
import java.util.List;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** Where the values that are made here stand in the rows of a contract, which may have them in another order. */
final class RowShape {
    private final int[] slots;
    private final int width;

    private RowShape(int[] slots, int width) {
        this.slots = slots;
        this.width = width;
    }

    /**
     * @param what is made, for the message
     * @throws ProblemException if the contract lacks a column
     */
    static RowShape of(String what, List<String> columns, Contract contract) {
        List<String> names = contract.columns().stream().map(c -> c.name()).toList();
        int[] slots = columns.stream().mapToInt(names::indexOf).toArray();
        if (Arrays.stream(slots).anyMatch(s -> s < 0)) {
            throw new ProblemException(Problem.of(OpsProblem.LOAD_REFUSED, contract.name(),
                    what + " the columns " + String.join(", ", columns) + ", but the contract has "
                            + String.join(", ", names) + "."));
        }
        return new RowShape(slots, names.size());
    }

    /** @param values by the columns that were named */
    Object[] row(Object... values) {
        Object[] row = new Object[width];
        for (int i = 0; i < slots.length; i++) {
            row[slots[i]] = values[i];
        }
        return row;
    }
}
