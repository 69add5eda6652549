package millrace.topology.sql;

import java.util.List;
import millrace.topology.plan.WindowSpec;

/** The lengths of a window function's call, in the order in which SQL gives them, as windows. */
final class WindowLengths {
    private WindowLengths() {}

    /**
     * @param micros such as the slide and the size of HOP, and the offset if there is one
     * @throws RexToExpression.Unsupported with what is wrong with them
     */
    static WindowSpec spec(String function, List<Long> micros) {
        micros.stream().limit(function.equals("TUMBLE") ? 1 : 2).filter(m -> m <= 0).findFirst().ifPresent(m -> {
            throw new RexToExpression.Unsupported(function + " with a length that is not above zero");
        });
        return switch (function) {
            case "TUMBLE" -> new WindowSpec.Tumble(micros.get(0), at(micros, 1));
            case "HOP" -> new WindowSpec.Hop(micros.get(1), micros.get(0), at(micros, 2));
            case "CUMULATE" -> {
                if (micros.get(1) % micros.get(0) != 0) {
                    throw new RexToExpression.Unsupported(
                            "CUMULATE with a size that is not a whole number of its steps");
                }
                yield new WindowSpec.Cumulate(micros.get(1), micros.get(0), at(micros, 2));
            }
            default -> throw new RexToExpression.Unsupported("the table function " + function);
        };
    }

    static long gap(long micros) {
        if (micros <= 0) {
            throw new RexToExpression.Unsupported("SESSION with a gap that is not above zero");
        }
        return micros;
    }

    private static long at(List<Long> micros, int index) {
        return index < micros.size() ? micros.get(index) : 0;
    }
}
