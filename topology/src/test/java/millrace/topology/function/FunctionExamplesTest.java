package millrace.topology.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every example that the documentation shows is TRUE. */
class FunctionExamplesTest {
    @TestFactory
    Stream<DynamicTest> everyExampleIsTrue() {
        return FunctionLibrary.BUILT_IN_CLASSES.stream().flatMap(c -> FunctionLibrary.signatures(c).stream())
                .flatMap(s -> s.examples().stream())
                .map(example -> DynamicTest.dynamicTest(example, () -> assertThat(value(example)).isEqualTo(true)));
    }

    @Test
    void everyFunctionIsDescribedOnceAndHasAnExample() {
        FunctionLibrary library = FunctionLibrary.builtIn();
        assertThat(Set.copyOf(library.names())).allSatisfy(name -> {
            assertThat(library.named(name).stream().filter(s -> !s.doc().isEmpty())).as(name).hasSize(1);
            assertThat(library.named(name).stream().flatMap(s -> s.examples().stream())).as(name).isNotEmpty();
        });
    }

    private static Object value(String expression) throws ExpressionFailure {
        Plan plan = SqlCompiler.compile(List.of(TestContracts.contract("one", "k int")),
                List.of(Model.of("silver", "m", "m.sql", "SELECT " + expression + " AS x FROM one")),
                FunctionLibrary.builtIn()).get(0);
        return new CalcCompiler(FunctionLibrary.builtIn()).compile((PlanNode.Calc) plan.root()).get()
                .apply(new Object[plan.root() instanceof PlanNode.Calc c ? c.input().rowType().fields().size() : 0])[0];
    }
}
