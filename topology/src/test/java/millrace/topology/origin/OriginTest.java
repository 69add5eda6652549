package millrace.topology.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rows that are made from one record stand apart in the total order. */
class OriginTest {
    private static final Origin WHOLE = new Origin.Remote(1, 2, 3, 0);

    @Test
    void theFirstOfSeveralRowsStandsWhereTheWholeStood() {
        assertThat(WHOLE.part(0)).isSameAs(WHOLE);
        assertThat(WHOLE.part(4)).isEqualTo(new Origin.Remote(1, 2, 3, 4));
    }

    @Test
    void partsOfPartsStandApart() {
        Set<Integer> within = new HashSet<>();
        for (int first = 0; first < 100; first++) {
            for (int second = 0; second < 100; second++) {
                Origin part = WHOLE.part(first).part(second);
                assertThat(part.within()).isNotNegative();
                assertThat(part.offset()).isEqualTo(3);
                within.add(part.within());
            }
        }
        // The first of all, and each of the parts of the others.
        assertThat(within.size()).isGreaterThan(9_950);
    }

    @Test
    void whatWasComputedFromSeveralHasNoParts() {
        assertThat(Origin.COMPUTED.part(7)).isSameAs(Origin.COMPUTED);
    }
}
