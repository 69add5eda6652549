package millrace.statestores.store;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.Locale;
import java.util.Properties;
import java.util.Random;
import millrace.statestores.codec.Codecs;
import millrace.statestores.commit.PreCommitHook;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;

/** What a row and a look cost, in nanoseconds, the commits in between counted: the best of several rounds. Not a test. */
final class SortedRowsBench {
    private static final int ROWS = 400_000;
    private static final int PER_COMMIT = 100_000;

    private SortedRowsBench() {}

    public static void main(String[] args) throws Exception {
        for (int keys : new int[] {1, 1000, ROWS}) {
            double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
            for (int round = 0; round < 5; round++) {
                double[] now = round(keys);
                for (int i = 0; i < best.length; i++) {
                    best[i] = Math.min(best[i], now[i]);
                }
            }
            System.out.printf(Locale.ROOT, "%7d keys: %6.0f ns/add, with commits %6.0f, %6.0f ns/find%n", keys,
                    best[0], best[1], best[2]);
        }
    }

    private static double[] round(int keys) throws Exception {
        File folder = Files.createTempDirectory("rows").toFile();
        var context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), folder);
        var declaration = new SortedRowsDeclaration<>("rows", Codecs.LONG, 10_000_000);
        for (var builder : declaration.stores()) {
            StateStore store = builder.withLoggingDisabled().build();
            store.init(context.getStateStoreContext(), store);
            context.addStateStore(store);
        }
        SortedRows<Long> state = SortedRows.open(context, declaration);
        PreCommitHook hook = context.getStateStore("rows-hook");
        Random random = new Random(1);
        byte[] buffer = new byte[8];
        KeyBytes key = new KeyBytes();
        long adding = 0;
        long committing = 0;
        for (int i = 0; i < ROWS; i++) {
            long from = System.nanoTime();
            for (int end = Math.min(ROWS, i + PER_COMMIT); i < end; i++) {
                ByteBuffer.wrap(buffer).putLong(random.nextInt(keys));
                // Nearly in order: one in sixteen is up to a thousand places late.
                byte[] id = id(i, (i & 15) == 0 ? random.nextInt(1000) : 0);
                if (state.find(i / 200_000, key.pointAt(buffer, 8), id) == null) {
                    state.create(i / 200_000, key, id, 1L);
                }
            }
            i--;
            long now = System.nanoTime();
            adding += now - from;
            hook.flushCache();
            committing += System.nanoTime() - now;
        }
        long from = System.nanoTime();
        int found = 0;
        byte[] id = new byte[12];
        for (int i = 0; i < ROWS; i++) {
            ByteBuffer.wrap(buffer).putLong(random.nextInt(keys));
            ByteBuffer.wrap(id).putLong(random.nextInt(ROWS)).putInt(0);
            found += state.find(i & 1, key.pointAt(buffer, 8), id) == null ? 0 : 1;
        }
        long finding = System.nanoTime() - from;
        if (keys == 1 && found == 0) {
            throw new IllegalStateException("nothing found");
        }
        context.getStateStore("rows").close();
        try (var all = Files.walk(folder.toPath())) {
            all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
        }
        return new double[] {(double) adding / ROWS, (double) (adding + committing) / ROWS, (double) finding / ROWS};
    }

    private static byte[] id(long order, int late) {
        return ByteBuffer.allocate(12).putLong(order - late).putInt(late).array();
    }
}
