package millrace.ops.bench;

import java.io.IOException;

/** What ties a process to the one that started it. */
public final class Lifeline {
    private Lifeline() {}

    /** Ends this process when the one that started it closes its standard input, or is gone. */
    public static void hold() {
        Thread.ofPlatform().daemon().name("lifeline").start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nothing is ever said.
                }
            } catch (IOException e) {
                // As good as its end.
            }
            Runtime.getRuntime().halt(0);
        });
    }
}
