package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.flow.Change;
import millrace.topology.flow.Element;
import millrace.topology.function.FunctionFailure;
import millrace.topology.origin.Origin;
import millrace.topology.plan.AggregateCall.Over;
import millrace.topology.plan.AggregateCall;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserAggregatesTest {
    private static final FieldType INT = new FieldType.Int32();
    private static final FieldType TEXT = new FieldType.Text();

    @Test
    void aJarDeclaresThem(@TempDir Path jar) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.writeString(services.resolve(UserAggregate.class.getName()),
                LongestRun.class.getName() + "\n" + Checksum.class.getName() + "\n");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
            Aggregates library = UserAggregates.load(loader, "functions");
            assertThat(library.names()).contains("LONGEST_RUN", "CHECKSUM", "SUM");
            assertThat(library.named("checksum").orElseThrow().forms())
                    .containsExactly("CHECKSUM(text, int) -> bigint");
        }
    }

    @Test
    void aJarWithoutItsClassIsSaid(@TempDir Path jar) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.writeString(services.resolve(UserAggregate.class.getName()), "no.such.Aggregate\n");
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
            assertThatThrownBy(() -> UserAggregates.load(loader, "functions")).isInstanceOf(ProblemException.class)
                    .hasMessageContaining("no.such.Aggregate").hasMessageContaining("FUNCTION_BROKEN");
        }
    }

    @Test
    void whatCannotBeUsedIsSaidAllAtOnce() {
        assertThatThrownBy(() -> UserAggregates.of(List.of(() -> new Named("sum", true), () -> new Named("upper", true),
                () -> new Named("a b", true), () -> new Named("dice", false), LongestRun::new, LongestRun::new)))
                .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.problems())
                        .extracting(p -> p.code().toString()).containsExactly("FUNCTION_NAME_TAKEN",
                                "FUNCTION_NAME_TAKEN", "FUNCTION_BROKEN", "FUNCTION_NOT_DETERMINISTIC",
                                "FUNCTION_DECLARED_TWICE"));
    }

    @Test
    void argumentsAreCastWhereNothingIsLost() {
        Aggregates library = UserAggregates.of(List.of(LongestRun::new));
        assertThat(library.resolve("longest_run", List.of(INT), List.of(true), List.of(), Over.ALL))
                .isEqualTo(new Resolution.Resolved(INT, true, true, List.of(new FieldType.Int64()), true));
        assertThat(library.resolve("longest_run", List.of(TEXT), List.of(true), List.of(), Over.ALL))
                .isInstanceOfSatisfying(Resolution.Refused.class, r -> assertThat(r.forms())
                        .containsExactly("LONGEST_RUN(bigint) -> int"));
    }

    @Test
    void whatItThrowsIsAFailureOfTheRow() {
        Aggregator<Object> checksum = bind(Checksum::new, "CHECKSUM", new FieldType.Int64(), TEXT, INT);
        Object state = checksum.create();
        checksum.add(state, row("good", 1));
        assertThatThrownBy(() -> checksum.add(state, row(Checksum.REFUSED, 1))).isInstanceOf(FunctionFailure.class)
                .hasMessage("Checksum: this word is refused");
        checksum.add(state, row("bad", null));
        assertThat(checksum.result(state)).isEqualTo(Checksum.of("good", 1));
    }

    @Test
    void aResultOfAnotherTypeIsAFailure() {
        Aggregator<Object> wrong = bind(() -> new Named("wrong", true), "WRONG", TEXT, INT);
        assertThatThrownBy(() -> wrong.result(wrong.create())).isInstanceOf(FunctionFailure.class)
                .hasMessage("wrong: expected text, found Integer 7");
    }

    private static Aggregator<Object> bind(Supplier<UserAggregate<?>> function, String name, FieldType result,
            FieldType... arguments) {
        FieldType.Struct input = new FieldType.Struct(IntStream.range(0, arguments.length)
                .mapToObj(i -> Field.optional("a" + i, arguments[i])).toList());
        @SuppressWarnings("unchecked")
        Aggregator<Object> bound = (Aggregator<Object>) UserAggregates.of(List.of(function)).bind(
                new AggregateCall(name, IntStream.range(0, arguments.length).boxed().toList(),
                        Over.ALL, OptionalInt.empty(), List.of(), result, true),
                input, InputChanges.APPEND_ONLY);
        return bound;
    }

    private static Element.Row row(Object... values) {
        return new Element.Row(values, Change.INSERT, 0, 0, 0, Origin.COMPUTED);
    }

    /** Gives a number, but says that it is text. */
    private record Named(String name, boolean deterministic) implements UserAggregate<Object> {
        @Override
        public List<FieldType> argumentTypes() {
            return List.of(INT);
        }

        @Override
        public FieldType resultType() {
            return TEXT;
        }

        @Override
        public Object create() {
            return new Object();
        }

        @Override
        public void add(Object state, Object[] arguments) {}

        @Override
        public Object result(Object state) {
            return 7;
        }
    }
}
