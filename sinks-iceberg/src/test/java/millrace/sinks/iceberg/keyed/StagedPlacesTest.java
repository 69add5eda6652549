package millrace.sinks.iceberg.keyed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Places of one proposal over those of before, against a map. */
class StagedPlacesTest {
    @Test
    void placesOfAProposalLieOverOlderOnes() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            int names = 1 + random.nextInt(60);
            Map<byte[], Long> staged = places(random, names);
            Map<byte[], Long> asked = places(random, names);
            List<byte[]> sorted = new ArrayList<>(asked.keySet());
            long[] found = longs(asked);
            of(staged).lieOver(sorted, found);
            asked.replaceAll((name, place) -> staged.getOrDefault(name, place));
            assertThat(found).as("seed %d", seed).isEqualTo(longs(asked));
        }
    }

    @Test
    void rowsThatMoveAreFollowed() {
        StagedPlaces places = new StagedPlaces(List.of(new byte[] {'a'}, new byte[] {'b'}), new long[] {1, 2});
        places.follow(place -> place * 10);
        List<String> told = new ArrayList<>();
        places.forEach((name, place) -> told.add((char) name[0] + "" + place));
        assertThat(told).containsExactly("a10", "b20");
    }

    private static StagedPlaces of(Map<byte[], Long> places) {
        return new StagedPlaces(new ArrayList<>(places.keySet()), longs(places));
    }

    private static long[] longs(Map<byte[], Long> places) {
        return places.values().stream().mapToLong(Long::longValue).toArray();
    }

    private static Map<byte[], Long> places(Random random, int names) {
        Map<byte[], Long> places = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = random.nextInt(3) == 0 ? random.nextInt(3) : random.nextInt(80); i > 0; i--) {
            byte[] name = {(byte) random.nextInt(names), (byte) random.nextInt(2)};
            places.put(Arrays.copyOf(name, 1 + random.nextInt(2)), random.nextLong());
        }
        return places;
    }
}
