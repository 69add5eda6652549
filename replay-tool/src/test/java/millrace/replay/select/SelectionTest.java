package millrace.replay.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import millrace.replay.Clickstream;
import millrace.schemas.problem.ProblemException;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private final Selection selection = new Selection(ModelGraph.of(Clickstream.plans()));

    @Test
    void withoutAWordAllAreMeant() {
        assertThat(selection.of(List.of(), List.of())).containsExactly("gold.ever", "gold.hourly", "silver.all",
                "silver.clicks");
    }

    @Test
    void aNameMeansItselfAndPlusWhatIsAroundIt() {
        assertThat(of("silver.clicks")).containsExactly("silver.clicks");
        assertThat(of("silver.clicks+")).containsExactly("gold.ever", "gold.hourly", "silver.clicks");
        assertThat(of("+gold.hourly")).containsExactly("gold.hourly", "silver.clicks");
        assertThat(of("0+gold.hourly")).containsExactly("gold.hourly");
        assertThat(of("@gold.hourly")).containsExactly("gold.hourly", "silver.clicks");
    }

    @Test
    void aContractMeansWhatIsComputedFromIt() {
        assertThat(of("clicks+")).hasSize(4);
        assertThat(of("clicks+1")).containsExactly("silver.all", "silver.clicks");
        assertThatThrownBy(() -> of("clicks")).isInstanceOf(ProblemException.class).hasMessageContaining("clicks+");
    }

    @Test
    void layersAndPatternsMeanSeveral() {
        assertThat(of("silver")).containsExactly("silver.all", "silver.clicks");
        assertThat(of("gold.*")).containsExactly("gold.ever", "gold.hourly");
        assertThat(of("gold.*,+gold.hourly")).containsExactly("gold.hourly");
        assertThat(of("gold.ever silver.all")).containsExactly("gold.ever", "silver.all");
        assertThat(selection.of(List.of("gold"), List.of("gold.ever"))).containsExactly("gold.hourly");
    }

    @Test
    void whatMeansNothingIsSaidWithWhatIsNear() {
        assertThatThrownBy(() -> of("gold.hurly")).isInstanceOf(ProblemException.class)
                .hasMessageContaining("Did you mean \"gold.hourly\"?");
        assertThatThrownBy(() -> of("gold.ever,silver.all")).isInstanceOf(ProblemException.class)
                .hasMessageContaining("No model is in all of gold.ever and silver.all.");
        assertThatThrownBy(() -> selection.of(List.of("gold"), List.of("gold"))).isInstanceOf(ProblemException.class);
    }

    private java.util.SortedSet<String> of(String word) {
        return selection.of(List.of(word), List.of());
    }
}
