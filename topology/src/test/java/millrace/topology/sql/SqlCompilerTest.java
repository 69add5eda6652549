package millrace.topology.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import org.junit.jupiter.api.Test;

class SqlCompilerTest {
    @Test
    void aModelThatCannotBeParsedIsTheOnlyOneComplainedAboutIfOthersReadIt() {
        List<Model> models = List.of(Model.of("gold", "reader", "gold/reader.sql", "SELECT id FROM silver.broken"),
                Model.of("silver", "broken", "silver/broken.sql", "SELECT id FROM clicks WHERE"));
        ProblemException found = catchThrowableOfType(ProblemException.class, () -> SqlCompiler
                .compile(List.of(TestContracts.contract("clicks", "id bigint")), models, FunctionLibrary.builtIn()));
        assertThat(found.problems()).extracting(Problem::code, p -> p.place().orElseThrow().file())
                .containsExactly(tuple(SqlProblem.SQL_SYNTAX, "silver/broken.sql"));
    }
}
