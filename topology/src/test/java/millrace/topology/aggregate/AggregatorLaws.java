package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.statestores.codec.StateInput;
import millrace.statestores.codec.StateOutput;
import millrace.topology.flow.Element;
import millrace.topology.function.FunctionFailure;
import millrace.topology.function.TypeText;
import millrace.topology.plan.AggregateCall.Over;
import millrace.topology.plan.AggregateCall;

/**
 * What holds for every aggregator, tried on random rows: its result is the oracle's, and the same for any order of the
 * rows, any split into parts that are written, read and merged, and any way of taking rows back.
 */
final class AggregatorLaws {
    /** What a group gives, computed in another way. */
    @FunctionalInterface
    interface Oracle {
        /**
         * @param rows values of the arguments and behind them the event time, in total order
         * @throws FunctionFailure if the group has no result
         */
        Object of(List<Object[]> rows);
    }

    /** Which rows the call lets count. */
    enum Filter {
        NONE, FLAG
    }

    /** A call to be tried. */
    record Call(Aggregates library, String function, List<FieldType> types, List<Object> constants, Over over,
            Filter filter) {
        static Call of(String function, FieldType... types) {
            return new Call(Aggregates.builtIn(), function, List.of(types), List.of(), Over.ALL, Filter.NONE);
        }

        Call with(Object... someConstants) {
            return new Call(library, function, types, List.of(someConstants), over, filter);
        }

        Call from(Aggregates other) {
            return new Call(other, function, types, constants, over, filter);
        }

        Call distinct() {
            return new Call(library, function, types, constants, Over.DISTINCT, filter);
        }

        Call filtered() {
            return new Call(library, function, types, constants, over, Filter.FLAG);
        }

        Resolution.Resolved resolved() {
            Resolution resolution = library.resolve(function, types, types.stream().map(t -> true).toList(), constants,
                    over);
            assertThat(resolution).as(toString()).isInstanceOf(Resolution.Resolved.class);
            return (Resolution.Resolved) resolution;
        }

        @Override
        public String toString() {
            return function + "(" + (over == Over.DISTINCT ? "DISTINCT " : "")
                    + String.join(", ", types.stream().map(TypeText::of).toList())
                    + (constants.isEmpty() ? "" : " | " + constants) + ")"
                    + (filter == Filter.FLAG ? " FILTER (WHERE flag)" : "");
        }
    }

    private final Call call;
    private final Oracle oracle;
    private final Random random;
    private final RandomRows rows;
    private final String seedText;
    private final FieldType result;
    private final FieldType.Struct input;

    private AggregatorLaws(Call call, Oracle oracle, long seed) {
        this.call = call;
        this.oracle = oracle;
        random = new Random(seed);
        input = input(call);
        rows = new RandomRows(input, random);
        result = call.resolved().type();
        seedText = call + " with seed " + seed;
    }

    /** @throws AssertionError with the seed in its message */
    static void hold(Call call, Oracle oracle, long seed) {
        new AggregatorLaws(call, oracle, seed).hold();
    }

    /** The arguments, a flag to filter by, and a column that nobody asks for. */
    static FieldType.Struct input(Call call) {
        List<Field> fields = new ArrayList<>();
        for (FieldType type : call.types()) {
            fields.add(Field.optional("a" + fields.size(), type));
        }
        fields.add(Field.optional("flag", new FieldType.Bool()));
        fields.add(Field.optional("noise", new FieldType.Text()));
        return new FieldType.Struct(fields);
    }

    static Aggregator<Object> bind(Call call, InputChanges changes) {
        int n = call.types().size();
        @SuppressWarnings("unchecked")
        Aggregator<Object> bound = (Aggregator<Object>) call.library().bind(new AggregateCall(call.function(),
                IntStream.range(0, n).boxed().toList(), call.over(),
                call.filter() == Filter.FLAG ? OptionalInt.of(n) : OptionalInt.empty(), call.constants(),
                call.resolved().type(), true), input(call), changes);
        return bound;
    }

    private void hold() {
        for (int size : new int[] {0, 1, 2, 3, 10, 60, 200}) {
            List<Element.Row> group = rows.next(size);
            sameInAnyOrderAndAnyParts(InputChanges.APPEND_ONLY, group);
            if (call.resolved().retracts()) {
                sameInAnyOrderAndAnyParts(InputChanges.RETRACTING, group);
                whatIsTakenBackNeverWas(group);
            }
        }
    }

    private void sameInAnyOrderAndAnyParts(InputChanges changes, List<Element.Row> group) {
        Aggregator<Object> aggregator = bind(call, changes);
        String expected = expected(group);
        Object inOrder = aggregator.create();
        group.forEach(r -> aggregator.add(inOrder, r));
        assertThat(resultOf(aggregator, inOrder)).as("%s: all in order, %s", seedText, changes).isEqualTo(expected);
        for (int i = 0; i < 4; i++) {
            List<Element.Row> shuffled = new ArrayList<>(group);
            Collections.shuffle(shuffled, random);
            Object state = aggregator.create();
            for (Element.Row r : shuffled) {
                aggregator.add(state, r);
                if (random.nextInt(10 + group.size() / 3) == 0) {
                    state = throughBytes(aggregator, state);
                    resultOf(aggregator, state);
                }
            }
            assertThat(resultOf(aggregator, state)).as("%s: shuffled, %s", seedText, changes).isEqualTo(expected);

            List<Object> parts = parts(aggregator);
            shuffled.forEach(r -> aggregator.add(parts.get(random.nextInt(parts.size())), r));
            assertThat(resultOf(aggregator, merged(aggregator, parts))).as("%s: merged, %s", seedText, changes)
                    .isEqualTo(expected);
        }
    }

    private void whatIsTakenBackNeverWas(List<Element.Row> group) {
        Aggregator<Object> aggregator = bind(call, InputChanges.RETRACTING);
        assertThat(aggregator.retracts()).as(seedText).isTrue();
        for (int i = 0; i < 4; i++) {
            List<Element.Row> kept = new ArrayList<>();
            List<Element.Row> taken = new ArrayList<>();
            for (Element.Row r : group) {
                (random.nextBoolean() ? kept : taken).add(r);
            }
            String expected = expected(kept);

            Object state = aggregator.create();
            List<Element.Row> all = new ArrayList<>(group);
            Collections.shuffle(all, random);
            for (Element.Row r : all) {
                aggregator.add(state, r);
            }
            Collections.shuffle(taken, random);
            for (Element.Row r : taken) {
                aggregator.retract(state, r);
                if (random.nextInt(10 + group.size() / 3) == 0) {
                    state = throughBytes(aggregator, state);
                }
            }
            assertThat(resultOf(aggregator, state)).as("%s: taken back", seedText).isEqualTo(expected);

            // In other parts than the ones they were added to, so that a part may be taken from before it is added to.
            List<Object> parts = parts(aggregator);
            all.forEach(r -> aggregator.add(parts.get(random.nextInt(parts.size())), r));
            taken.forEach(r -> aggregator.retract(parts.get(random.nextInt(parts.size())), r));
            assertThat(resultOf(aggregator, merged(aggregator, parts))).as("%s: taken back in parts", seedText)
                    .isEqualTo(expected);
        }
    }

    private List<Object> parts(Aggregator<Object> aggregator) {
        List<Object> parts = new ArrayList<>();
        for (int n = 1 + random.nextInt(5); n > 0; n--) {
            parts.add(aggregator.create());
        }
        return parts;
    }

    /** In a random tree. */
    private Object merged(Aggregator<Object> aggregator, List<Object> parts) {
        List<Object> left = new ArrayList<>(parts);
        left.replaceAll(p -> throughBytes(aggregator, p));
        while (left.size() > 1) {
            Object other = left.remove(random.nextInt(left.size()));
            aggregator.merge(left.get(random.nextInt(left.size())), other);
        }
        return random.nextBoolean() ? left.get(0) : throughBytes(aggregator, left.get(0));
    }

    private static Object throughBytes(Aggregator<Object> aggregator, Object state) {
        StateOutput out = new StateOutput();
        out.writeByte(7);
        aggregator.write(state, out);
        out.writeByte(9);
        byte[] bytes = out.toBytes();
        StateInput in = new StateInput(bytes);
        assertThat(in.readByte()).isEqualTo(7);
        Object read = aggregator.read(in);
        assertThat(in.readByte()).as("what was written was read, not more and not less").isEqualTo(9);
        assertThat(in.hasMore()).isFalse();
        return read;
    }

    private String expected(List<Element.Row> group) {
        List<Object[]> values = new ArrayList<>();
        TotalOrder order = new TotalOrder(input);
        ValueLayout whole = ValueLayout.of(input);
        List<Element.Row> sorted = new ArrayList<>(group);
        sorted.sort((a, b) -> {
            int c = order.of(a).compareTo(order.of(b));
            return c != 0 ? c : whole.compare(a.values(), b.values());
        });
        boolean once = call.over() == Over.DISTINCT && call.library().named(call.function()).orElseThrow()
                .repeats() != AggregateFunction.Repeats.CHANGE_NOTHING;
        ValueLayout arguments = ValueLayout.tuple(call.types());
        TreeSet<Object> seen = new TreeSet<>(arguments::compare);
        for (Element.Row r : sorted) {
            int n = call.types().size();
            Object[] of = Arrays.copyOf(r.values(), n + 1);
            of[n] = r.eventTime();
            boolean counts = call.filter() == Filter.NONE || Boolean.TRUE.equals(r.values()[n]);
            if (counts && (!once || seen.add(Arrays.copyOf(of, n)))) {
                values.add(of);
            }
        }
        try {
            Object value = oracle.of(values);
            // An oracle gives back any of several NaNs; a result has the one form of it.
            return text(value instanceof Number ? ValueLayout.of(result).canonical(value) : value);
        } catch (FunctionFailure e) {
            return "fails";
        }
    }

    private String resultOf(Aggregator<Object> aggregator, Object state) {
        try {
            return text(aggregator.result(state));
        } catch (FunctionFailure e) {
            return "fails";
        }
    }

    /** Equal if and only if the bytes of the results are. */
    private String text(Object value) {
        return value == null
                ? "NULL"
                : value.getClass().getSimpleName().replaceAll(".*List.*", "List").replaceAll(".*Map.*", "Map") + " "
                        + SqlText.of(value) + " " + HexFormat.of().formatHex(ValueLayout.of(result).bytes(
                                value))
                        + (value instanceof BigDecimal d ? " scale " + d.scale() : "");
    }
}
