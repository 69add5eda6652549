package millrace.topology.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every example that the documentation shows gives what it says. */
class AggregateExamplesTest {
    @TestFactory
    Stream<DynamicTest> everyExampleGivesWhatItSays() {
        return Aggregates.builtIn().functions().stream().flatMap(f -> f.examples().stream())
                .map(e -> DynamicTest.dynamicTest(e.text(), () -> assertThat(SqlText.of(Group.of(e.columns(), e.rows())
                        .call(e.call()))).isEqualTo(e.result())));
    }

    @Test
    void everyFunctionIsDescribedWithItsFormsAndAnExample() {
        assertThat(Aggregates.builtIn().functions()).allSatisfy(f -> {
            assertThat(f.doc()).as(f.name()).endsWith(".");
            assertThat(f.examples()).as(f.name()).isNotEmpty();
            assertThat(f.forms()).as(f.name()).isNotEmpty().allMatch(form -> form.startsWith(f.name() + "("));
        });
    }
}
