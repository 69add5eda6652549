package millrace.sinks.iceberg.moved;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.junit.jupiter.api.Test;

/** Where rows went, and that storage remembers it. */
class MovedRowsFileTest {
    private static final MovedRows MOVED = new MovedRows(
            List.of(new MovedRows.Output("x", 4), new MovedRows.Output("none", 0), new MovedRows.Output("y", 3)),
            Map.of("shifted", new RowMove.Shift(2, 0), "ranked", new RowMove.Rank(4, 2, new int[] {0, 2}), "permuted",
                    new RowMove.Permutation(new int[] {6, -1, 4, 5})));

    @Test
    void aRowIsFoundInTheFileThatItIsInNow() {
        assertThat(places(MOVED, "shifted")).containsExactly("x 0", "x 1");
        assertThat(places(MOVED, "ranked")).containsExactly("gone", "x 2", "gone", "x 3");
        assertThat(places(MOVED, "permuted")).containsExactly("y 2", "gone", "y 0", "y 1");
    }

    @Test
    void movesAreFollowedOneAfterTheOther() {
        Moves moves = new Moves();
        moves.add(MOVED);
        moves.add(new MovedRows(List.of(new MovedRows.Output("z", 2)),
                Map.of("x", new RowMove.Rank(4, 0, new int[] {0, 3}))));
        assertThat(moves.follow("shifted", 0)).isEmpty();
        assertThat(moves.follow("shifted", 1)).contains(new RowPlace("z", 0));
        assertThat(moves.follow("x", 2)).contains(new RowPlace("z", 1));
        assertThat(moves.follow("z", 1)).as("once more").contains(new RowPlace("z", 1));
        assertThat(moves.follow("permuted", 0)).contains(new RowPlace("y", 2));
        assertThat(moves.follow("another", 7)).contains(new RowPlace("another", 7));
        moves.forget(1);
        assertThat(moves.follow("shifted", 1)).contains(new RowPlace("shifted", 1));
    }

    @Test
    void severalAreOne() {
        MovedRows other = new MovedRows(List.of(new MovedRows.Output("z", 3)),
                Map.of("more", new RowMove.Rank(3, 0, new int[] {1}), "last",
                        new RowMove.Permutation(new int[] {2, -1})));
        MovedRows together = MovedRows.together(List.of(MOVED, other, MovedRows.together(List.of())));
        assertThat(places(together, "permuted")).containsExactly("y 2", "gone", "y 0", "y 1");
        assertThat(places(together, "more")).containsExactly("z 0", "gone", "z 1");
        assertThat(places(together, "last")).containsExactly("z 2", "gone");
        MovedRows behind = MovedRows.together(List.of(other, MOVED));
        assertThat(places(behind, "shifted")).containsExactly("x 0", "x 1");
        assertThat(places(behind, "ranked")).containsExactly("gone", "x 2", "gone", "x 3");
        assertThat(places(behind, "permuted")).containsExactly("y 2", "gone", "y 0", "y 1");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            Map<String, RowMove> moves = new HashMap<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                moves.put("file-" + random.nextInt(1000), move(random));
            }
            MovedRows moved = new MovedRows(List.of(new MovedRows.Output("a", 1L << 30),
                    new MovedRows.Output("b", 1L << 33)), moves);
            InMemoryOutputFile file = new InMemoryOutputFile();
            MovedRowsFile.write(file, moved);
            MovedRows read = MovedRowsFile.read(file.toInputFile());
            assertThat(read.outputs()).as("seed %d", seed).isEqualTo(moved.outputs());
            assertThat(read.files()).isEqualTo(moved.files());
            for (String name : moved.files()) {
                assertThat(read.byFile().get(name)).hasSameClassAs(moves.get(name));
                assertThat(places(read, name)).as("seed %d, %s", seed, name).isEqualTo(places(moved, name));
            }
        }
    }

    @Test
    void anotherFileIsRefused() {
        InMemoryInputFile file = new InMemoryInputFile("not a Puffin file, but long enough to have a footer".getBytes(
                java.nio.charset.StandardCharsets.UTF_8));
        assertThatThrownBy(() -> MovedRowsFile.read(file)).isInstanceOf(RuntimeException.class);
    }

    private static RowMove move(Random random) {
        int rows = random.nextInt(50);
        return switch (random.nextInt(3)) {
            case 0 -> new RowMove.Shift(rows, random.nextInt(1 << 28));
            case 1 -> new RowMove.Rank(rows, random.nextInt(1 << 28),
                    random.ints(0, 50).limit(10).filter(p -> p < rows).distinct().sorted().toArray());
            default -> new RowMove.Permutation(random.ints(rows, -1, Integer.MAX_VALUE).toArray());
        };
    }

    private static List<String> places(MovedRows moved, String file) {
        List<String> places = new ArrayList<>();
        for (long p = 0; p < moved.byFile().get(file).rows(); p++) {
            Optional<RowPlace> to = moved.follow(file, p);
            places.add(to.map(t -> t.file() + " " + t.position()).orElse("gone"));
        }
        return places;
    }
}
