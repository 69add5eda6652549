package millrace.topology.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;

/** A step of a plan; knows the type of the rows it gives. */
public sealed interface PlanNode {
    FieldType.Struct rowType();

    /** What it reads from, in order. */
    List<PlanNode> inputs();

    /** The same step over other inputs, as many and of the same types. */
    PlanNode withInputs(List<PlanNode> inputs);

    /**
     * Reads a contract's topic or another model.
     *
     * @param source the contract's name, or a model's name with layer
     * @param columns positions, in the source's row type, of the columns that anybody above reads; nothing else need
     *        be decoded. {@code rowType} has just these, in this order.
     */
    record Scan(String source, Kind kind, List<Integer> columns, FieldType.Struct rowType) implements PlanNode {
        public Scan {
            columns = List.copyOf(columns);
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of();
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return this;
        }

        /** What is read. */
        public enum Kind {
            CONTRACT, MODEL
        }
    }

    /** Keeps the rows on which the condition is TRUE, and computes the columns of the output from them. */
    record Calc(PlanNode input, Optional<Expression> condition, List<Expression> projections,
            FieldType.Struct rowType) implements PlanNode {
        public Calc {
            projections = List.copyOf(projections);
            if (projections.size() != rowType.fields().size()) {
                throw new IllegalArgumentException(projections.size() + " expressions for " + rowType);
            }
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Calc(inputs.get(0), condition, projections, rowType);
        }
    }

    /** All rows of all inputs, which have the same types by position; at least two. */
    record Union(List<PlanNode> inputs, FieldType.Struct rowType) implements PlanNode {
        public Union {
            inputs = List.copyOf(inputs);
            if (inputs.size() < 2) {
                throw new IllegalArgumentException("a union of " + inputs.size());
            }
        }

        @Override
        public PlanNode withInputs(List<PlanNode> others) {
            return new Union(others, rowType);
        }
    }

    /**
     * Puts each row into its windows: one row for each, with the columns {@code window_start}, {@code window_end} and
     * {@code window_time} behind the row's own.
     *
     * @param timeColumn the event time, in the input
     * @param late what becomes of a row that comes too late for a window
     */
    record Windows(PlanNode input, WindowSpec spec, int timeColumn, Late late, FieldType.Struct rowType)
            implements
                PlanNode {
        /** How many columns stand behind the row's own. */
        public static final int COLUMNS = 3;

        /** What becomes of a row that is too late for its window. */
        public enum Late {
            /** It is given out like the others: nothing above waits for windows to close. */
            KEPT,
            /** It goes to the model's late rows: what is above has closed the window. */
            SET_ASIDE
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Windows(inputs.get(0), spec, timeColumn, late, rowType);
        }

        /** Position of {@code window_start} in the output. */
        public int startColumn() {
            return rowType.fields().size() - COLUMNS;
        }
    }

    /**
     * One row per group: the columns of the group, then the results of the calls.
     *
     * @param groups columns of the input; equal values are one group, NULL among them
     * @param windowEnd which of the groups is the end of a window, if one is: then a group is given out when its window
     *        closes, and forgotten; else its row changes as rows come
     */
    record Aggregate(PlanNode input, List<Integer> groups, List<AggregateCall> calls, OptionalInt windowEnd,
            FieldType.Struct rowType) implements PlanNode {
        public Aggregate {
            groups = List.copyOf(groups);
            calls = List.copyOf(calls);
            if (rowType.fields().size() != groups.size() + calls.size()) {
                throw new IllegalArgumentException(groups + " and " + calls + " for " + rowType);
            }
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Aggregate(inputs.get(0), groups, calls, windowEnd, rowType);
        }
    }

    /**
     * The first half of an {@link Aggregate}, before the exchange: each task sums up its own rows, so that a hot group
     * costs a row per task and flush. Gives the columns of the group and, as bytes, what the calls have seen.
     */
    record PartialAggregate(PlanNode input, List<Integer> groups, List<AggregateCall> calls, OptionalInt windowEnd,
            FieldType.Struct rowType) implements PlanNode {
        public PartialAggregate {
            groups = List.copyOf(groups);
            calls = List.copyOf(calls);
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new PartialAggregate(inputs.get(0), groups, calls, windowEnd, rowType);
        }
    }

    /**
     * The second half: puts the parts of a group together.
     *
     * @param input gives the columns of the group and the parts
     * @param callInput the row type that the calls' columns are positions of
     */
    record MergeAggregate(PlanNode input, FieldType.Struct callInput, List<AggregateCall> calls, OptionalInt windowEnd,
            FieldType.Struct rowType) implements PlanNode {
        public MergeAggregate {
            calls = List.copyOf(calls);
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new MergeAggregate(inputs.get(0), callInput, calls, windowEnd, rowType);
        }

        /** How many of the columns are the group's. */
        public int groups() {
            return rowType.fields().size() - calls.size();
        }
    }

    /**
     * Brings rows with equal keys to one task, through a topic of the pipeline's own.
     *
     * @param keys columns of the input; none: all rows go to one task
     * @param nulls where rows go that have no key
     * @param salting whether rows of one key meet in several tasks instead
     */
    record Exchange(PlanNode input, List<Integer> keys, Nulls nulls, Salting salting) implements PlanNode {
        public Exchange {
            keys = List.copyOf(keys);
        }

        /** Without salt. */
        public Exchange(PlanNode input, List<Integer> keys, Nulls nulls) {
            this(input, keys, nulls, Salting.NONE);
        }

        /** Where NULL is a key like any other, as in GROUP BY. */
        public Exchange(PlanNode input, List<Integer> keys) {
            this(input, keys, Nulls.TOGETHER);
        }

        /** What becomes of rows with NULL in their key. */
        public enum Nulls {
            /** They meet, since NULL is a key like any other. */
            TOGETHER,
            /** They need not meet anything, and go everywhere. */
            SPREAD,
            /** They meet nothing, and go nowhere. */
            DROPPED
        }

        /**
         * How a key that has most of the rows is shared out among tasks: where two exchanges meet, one spreads its rows
         * over them and the other sends each row to all of them, so that any two rows meet in just one.
         *
         * @param pieces how many tasks share a key, if there are so many
         */
        public record Salting(Role role, int pieces) {
            public static final Salting NONE = new Salting(Role.NONE, 1);

            /** What an exchange does. */
            public enum Role {
                NONE,
                /** Each row goes to one of the tasks, by its columns, so that what takes it back goes there too. */
                SPREADS,
                /** Each row goes to all of the tasks. */
                COPIES
            }
        }

        @Override
        public FieldType.Struct rowType() {
            return input.rowType();
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Exchange(inputs.get(0), keys, nulls, salting);
        }
    }

    /**
     * One row per group and session: the columns of the group, then {@code window_start}, {@code window_end} and
     * {@code window_time}, then the results of the calls. A session is given out when nothing can lengthen it.
     *
     * @param groups columns of the input: the session's key
     * @param filter a boolean column; rows on which it is not TRUE make up the session but are not counted
     */
    record SessionAggregate(PlanNode input, int timeColumn, long gap, List<Integer> groups, OptionalInt filter,
            List<AggregateCall> calls, FieldType.Struct rowType) implements PlanNode {
        public SessionAggregate {
            groups = List.copyOf(groups);
            calls = List.copyOf(calls);
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new SessionAggregate(inputs.get(0), timeColumn, gap, groups, filter, calls, rowType);
        }
    }

    /**
     * The first half of a {@link SessionAggregate}, before the exchange: what each task has of each session. Gives the
     * columns of the group, the times of the first and the last row, and, as bytes, what the calls have seen.
     */
    record PartialSession(PlanNode input, int timeColumn, long gap, List<Integer> groups, OptionalInt filter,
            List<AggregateCall> calls, FieldType.Struct rowType) implements PlanNode {
        public PartialSession {
            groups = List.copyOf(groups);
            calls = List.copyOf(calls);
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new PartialSession(inputs.get(0), timeColumn, gap, groups, filter, calls, rowType);
        }
    }

    /**
     * The second half: puts together what touches.
     *
     * @param callInput the row type that the calls' columns are positions of
     */
    record MergeSession(PlanNode input, long gap, FieldType.Struct callInput, List<AggregateCall> calls,
            FieldType.Struct rowType) implements PlanNode {
        public MergeSession {
            calls = List.copyOf(calls);
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new MergeSession(inputs.get(0), gap, callInput, calls, rowType);
        }

        /** How many of the columns are the group's. */
        public int groups() {
            return rowType.fields().size() - calls.size() - Windows.COLUMNS;
        }
    }

    /**
     * The pairs of rows of two inputs that have equal keys and meet the condition. The columns of the left, then those of
     * the right; of {@link Kind#SEMI} and {@link Kind#ANTI} those of the left alone.
     *
     * @param leftKeys columns of the left, of the same types as {@code rightKeys}; NULL equals nothing
     * @param condition over the columns of both
     * @param bounds how far apart in time the rows of a pair may be; without it every row is kept for good
     */
    record Join(PlanNode left, PlanNode right, Kind kind, List<Integer> leftKeys, List<Integer> rightKeys,
            Optional<Expression> condition, Optional<JoinBounds> bounds, FieldType.Struct rowType)
            implements
                PlanNode {
        public Join {
            leftKeys = List.copyOf(leftKeys);
            rightKeys = List.copyOf(rightKeys);
            if (leftKeys.size() != rightKeys.size()) {
                throw new IllegalArgumentException(leftKeys + " against " + rightKeys);
            }
        }

        /** Which rows a join gives. */
        public enum Kind {
            /** Pairs. */
            INNER,
            /** Pairs, and rows of the left without a partner. */
            LEFT,
            /** Pairs, and rows of the right without a partner. */
            RIGHT,
            /** Pairs, and rows of either side without a partner. */
            FULL,
            /** Rows of the left with a partner, each once. */
            SEMI,
            /** Rows of the left without a partner. */
            ANTI;

            /** Whether rows of the left are given that have no partner. */
            public boolean keepsLeft() {
                return this == LEFT || this == FULL || this == ANTI;
            }

            /** Whether rows of the right are given that have no partner. */
            public boolean keepsRight() {
                return this == RIGHT || this == FULL;
            }

            /** Whether the columns of the right are in the output. */
            public boolean pairs() {
                return this != SEMI && this != ANTI;
            }
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(left, right);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Join(inputs.get(0), inputs.get(1), kind, leftKeys, rightKeys, condition, bounds, rowType);
        }
    }

    /**
     * For each row of the left the newest row of the right with equal keys that is not newer than it. The columns of the
     * left, then those of the right.
     *
     * @param kind {@code INNER} or {@code LEFT}
     * @param leftTime the event time, in the left
     * @param rightTime the event time, in the right
     * @param match whether a row of the right at just that time counts
     * @param oldest how much older a row of the right may be, in microseconds; absent: any age, and the newest of every
     *        key is kept for good
     */
    record AsOfJoin(PlanNode left, PlanNode right, Join.Kind kind, List<Integer> leftKeys, List<Integer> rightKeys,
            int leftTime, int rightTime, Match match, OptionalLong oldest, FieldType.Struct rowType)
            implements
                PlanNode {
        public AsOfJoin {
            leftKeys = List.copyOf(leftKeys);
            rightKeys = List.copyOf(rightKeys);
            if (leftKeys.size() != rightKeys.size()) {
                throw new IllegalArgumentException(leftKeys + " against " + rightKeys);
            }
        }

        /** Which rows of the right are old enough. */
        public enum Match {
            AT_OR_BEFORE, BEFORE
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(left, right);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new AsOfJoin(inputs.get(0), inputs.get(1), kind, leftKeys, rightKeys, leftTime, rightTime, match,
                    oldest, rowType);
        }
    }

    /** The rows that still count when they come; the others go to the model's late rows. */
    record OnTime(PlanNode input, JoinBounds.Moment moment) implements PlanNode {
        @Override
        public FieldType.Struct rowType() {
            return input.rowType();
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new OnTime(inputs.get(0), moment);
        }
    }

    /**
     * One row for each element of a collection: the columns of the row, then those of the element, and its number if that
     * is asked for.
     *
     * @param collection an array or a map, over the input
     * @param empty what becomes of a row whose collection is empty or NULL
     */
    record Unnest(PlanNode input, Expression collection, Empty empty, Numbering numbering, FieldType.Struct rowType)
            implements
                PlanNode {
        /** What becomes of a row without elements. */
        public enum Empty {
            DROPPED,
            /** It is given once, with NULL for the element. */
            KEPT
        }

        /** Whether elements are numbered, from 1, in a last column. */
        public enum Numbering {
            NONE, FROM_ONE
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Unnest(inputs.get(0), collection, empty, numbering, rowType);
        }

        /** How many columns of the output are the element's. */
        public int elementColumns() {
            return rowType.fields().size() - input.rowType().fields().size()
                    - (numbering == Numbering.FROM_ONE ? 1 : 0);
        }
    }

    /**
     * Of the rows with equal keys the first in an order. Rows that the order does not tell apart follow the total order
     * of all rows: forwards, or backwards where the last column of the order is a descending time, so that the latest
     * row is the latest of its moment too. Without an order the latest row is the first.
     *
     * @param keys columns of the input; none: all rows are ranked together
     * @param most how many rows of each key; {@link #UNLIMITED} while nothing above has said
     * @param windowEnd the column among the keys that is the end of a window, if one is: then rows are given out when the
     *        window closes; else they change as rows come
     * @param retention how long rows are remembered, in microseconds; absent: for ever
     */
    record TopN(PlanNode input, List<Integer> keys, List<SortColumn> order, int most, Rank rank,
            OptionalInt windowEnd, OptionalLong retention, FieldType.Struct rowType) implements PlanNode {
        public static final int UNLIMITED = Integer.MAX_VALUE;

        /** Whether a row says which of the first it is. */
        public enum Rank {
            /** In a column behind the row's own. */
            NUMBERED,
            /** Nobody reads it. */
            UNNUMBERED
        }

        public TopN {
            keys = List.copyOf(keys);
            order = List.copyOf(order);
            int width = input.rowType().fields().size() + (rank == Rank.NUMBERED ? 1 : 0);
            if (most < 1 || rowType.fields().size() != width) {
                throw new IllegalArgumentException("the first " + most + " of " + rowType);
            }
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new TopN(inputs.get(0), keys, order, most, rank, windowEnd, retention, rowType);
        }

        /** Position of the number in the output, if there is one. */
        public int rankColumn() {
            return input.rowType().fields().size();
        }
    }

    /**
     * Of rows with equal keys that follow each other, each less than the retention after the one before, the first or the
     * last.
     *
     * @param timeColumn the event time
     * @param retention microseconds
     */
    record Deduplicate(PlanNode input, List<Integer> keys, int timeColumn, Keep keep,
            long retention) implements PlanNode {

        /** Which row stays. */
        public enum Keep {
            FIRST, LAST
        }

        public Deduplicate {
            keys = List.copyOf(keys);
            if (retention <= 0) {
                throw new IllegalArgumentException("a retention of " + retention);
            }
        }

        @Override
        public FieldType.Struct rowType() {
            return input.rowType();
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Deduplicate(inputs.get(0), keys, timeColumn, keep, retention);
        }
    }

    /**
     * Of the records of a changelog with equal keys the row of the newest, unless that says that there is none. In one
     * partition the newest is the last; of several partitions it is the one that had met the latest watermark. A key stays
     * in one partition unless its bytes change, as they do with the schema id in front of them.
     *
     * @param input rows, and deletes that have values in the columns of the key alone
     * @param keys columns of the input, without NULL
     */
    record Newest(PlanNode input, List<Integer> keys, FieldType.Struct rowType) implements PlanNode {
        public Newest {
            keys = List.copyOf(keys);
            if (keys.isEmpty() || rowType.fields().size() != input.rowType().fields().size()) {
                throw new IllegalArgumentException("the newest of " + input.rowType() + " by " + keys);
            }
        }

        /** A row type whose rows may be deletes: only the columns of the key are never NULL. */
        public static FieldType.Struct withDeletes(FieldType.Struct row, List<Integer> keys) {
            List<Field> fields = new ArrayList<>();
            for (Field f : row.fields()) {
                fields.add(new Field(f.name(), f.type(), !keys.contains(fields.size())));
            }
            return new FieldType.Struct(fields);
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Newest(inputs.get(0), keys, rowType);
        }
    }

    /**
     * Every row as a version of its key: the row's columns, then from when to when it held, and whether it still does. A
     * version holds from its event time to that of the next one that differs; of several of one moment the last in the
     * total order of rows stands.
     *
     * @param keys columns of the input
     */
    record Versions(PlanNode input, List<Integer> keys, FieldType.Struct rowType) implements PlanNode {
        /** How many columns stand behind the row's own. */
        public static final int COLUMNS = 3;

        public Versions {
            keys = List.copyOf(keys);
            if (rowType.fields().size() != input.rowType().fields().size() + COLUMNS) {
                throw new IllegalArgumentException("versions of " + input.rowType() + " as " + rowType);
            }
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new Versions(inputs.get(0), keys, rowType);
        }
    }

    /**
     * Each row with what functions give of the rows before it, in columns behind its own.
     *
     * @param keys columns of the input; only rows with equal keys look at each other
     * @param order ascending and by time alone where a frame has a span
     */
    record OverAggregate(PlanNode input, List<Integer> keys, List<SortColumn> order, List<OverCall> calls,
            Giving giving, FieldType.Struct rowType) implements PlanNode {

        /** When rows are given out. */
        public enum Giving {
            /** Ordered by the event time: once time has passed a row, so that nothing on time comes before it. */
            WHEN_PASSED,
            /** At once; rows that come later change those behind them. */
            AS_THEY_COME
        }

        public OverAggregate {
            keys = List.copyOf(keys);
            order = List.copyOf(order);
            calls = List.copyOf(calls);
            if (rowType.fields().size() != input.rowType().fields().size() + calls.size()) {
                throw new IllegalArgumentException(calls + " for " + rowType);
            }
        }

        @Override
        public List<PlanNode> inputs() {
            return List.of(input);
        }

        @Override
        public PlanNode withInputs(List<PlanNode> inputs) {
            return new OverAggregate(inputs.get(0), keys, order, calls, giving, rowType);
        }

        /** Position of the first result. */
        public int firstCall() {
            return rowType.fields().size() - calls.size();
        }
    }
}
