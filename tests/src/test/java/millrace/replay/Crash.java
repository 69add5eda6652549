package millrace.replay;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import millrace.topology.compile.RowFunction;
import millrace.topology.plan.PlanNode;

/**
 * The end of a running pipeline in the midst of a row: whatever its tasks have not committed is rolled back, and their
 * stores are restored from the changelogs. It comes once.
 */
final class Crash {
    private final AtomicLong rowsLeft;

    private Crash(long rows) {
        rowsLeft = new AtomicLong(rows);
    }

    static Crash never() {
        return new Crash(Long.MAX_VALUE);
    }

    /** At this row, counted over all calculations of all tasks. */
    static Crash atRow(long row) {
        return new Crash(row);
    }

    /** Functions as the compiler gives them, and with this crash in them. */
    Function<PlanNode.Calc, Supplier<RowFunction>> within(Function<PlanNode.Calc, Supplier<RowFunction>> compiler) {
        return calc -> {
            Supplier<RowFunction> functions = compiler.apply(calc);
            return () -> {
                RowFunction function = functions.get();
                return row -> {
                    if (rowsLeft.decrementAndGet() == 0) {
                        // An exception would be the row's trouble, not the pipeline's.
                        throw new Error("crashed on purpose");
                    }
                    return function.apply(row);
                };
            };
        };
    }
}
