package millrace.topology.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.Test;

class LineageTest {
    private final List<Plan> plans = SqlCompiler.compile(
            List.of(TestContracts.contract("web", "id bigint, a int, b int, c int, d int"),
                    TestContracts.contract("app", "id bigint, x int")),
            List.of(Model.of("silver", "views", "v.sql",
                    "SELECT id, a + b AS n FROM web WHERE c > 0 UNION ALL SELECT id, x FROM app"),
                    Model.of("gold", "big", "b.sql", "SELECT n * 2 AS twice FROM silver.views WHERE id > 7")),
            FunctionLibrary.builtIn());
    private final Plan views = plans.get(0);
    private final Plan big = plans.get(1);

    @Test
    void aColumnComesFromWhatItIsComputedOf() {
        Lineage lineage = Lineage.of(views);
        assertThat(lineage.columns()).hasToString("{id=[app.id, web.id], n=[app.x, web.a, web.b]}");
        assertThat(lineage.reads()).hasToString("[app.id, app.x, web.a, web.b, web.c, web.id]");
    }

    @Test
    void throughModelsDownToContracts() {
        assertThat(Lineage.of(big).columns()).hasToString("{twice=[silver.views.n]}");
        Lineage lineage = Lineage.toContracts(big, plans);
        assertThat(lineage.columns()).hasToString("{twice=[app.x, web.a, web.b]}");
        assertThat(lineage.reads()).hasToString("[app.id, app.x, web.a, web.b, web.c, web.id]");
    }

    @Test
    void aRemovedColumnBreaksItsReaders() {
        assertThat(Lineage.readersOf("web", "c", plans)).containsExactly("silver.views", "gold.big");
        assertThat(Lineage.readersOf("web", "d", plans)).isEmpty();
    }
}
