package millrace.topology.operator;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregator;
import millrace.topology.plan.Frame;
import millrace.topology.plan.SortColumn;

/**
 * What each row is told of the rows before it.
 *
 * @param name of its place in the plan; its stores are called after it
 * @param input type of the rows that come
 * @param keys columns of the input
 * @param functions anew for each task
 * @param giving when rows are given out
 * @param inputs how many inputs tell a task their progress
 */
public record OverPlan(String name, FieldType.Struct input, List<Integer> keys, List<SortColumn> order,
        Supplier<List<Function>> functions, Giving giving, AggregatePlan.InputsOfTask inputs) {
    public OverPlan {
        keys = List.copyOf(keys);
        order = List.copyOf(order);
    }

    /** When rows are given out. */
    public sealed interface Giving {
        /**
         * The order is that of the event time, and a row is given out once time has passed it.
         *
         * @param late where rows go that are too late
         */
        record WhenPassed(WindowsPlan.Late late) implements Giving {}

        /** At once. */
        record AsTheyCome() implements Giving {}
    }

    /** What is told. */
    public sealed interface Function {
        Frame frame();

        /**
         * The aggregate of the rows in the frame.
         *
         * @param slides whether rows that leave the frame can be taken back
         */
        record Fold(Aggregator<Object> aggregator, boolean slides, Frame frame) implements Function {}

        /** The column of the row that is exactly so many rows before, which the frame begins with. */
        record Lag(int column, Frame frame) implements Function {}

        /** The column of the first row in the frame. */
        record First(int column, Frame frame) implements Function {}

        /** The column of the last row in the frame. */
        record Last(int column, Frame frame) implements Function {}
    }

    /** How far any function looks back; absent: however far. */
    static OptionalLong span(List<Function> functions) {
        return functions.stream().anyMatch(f -> f.frame().span().isEmpty())
                ? OptionalLong.empty()
                : functions.stream().mapToLong(f -> f.frame().span().getAsLong()).max().stream().boxed()
                        .map(OptionalLong::of).findFirst().orElse(OptionalLong.empty());
    }

    /** How many rows any function looks back; absent: all, or those within a span. */
    static Optional<Long> rows(List<Function> functions) {
        return functions.stream().anyMatch(f -> f.frame().rows().isEmpty())
                ? Optional.empty()
                : functions.stream().map(f -> f.frame().rows().getAsLong()).max(Long::compare);
    }
}
