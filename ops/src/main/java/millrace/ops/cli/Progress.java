package millrace.ops.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Progress of long work, on standard error: a bar for a person, nothing for a program. */
interface Progress extends AutoCloseable {
    void at(long done);

    @Override
    void close();

    static Progress of(Terminal terminal, String task, long total) {
        if (!terminal.interactive()) {
            return new Progress() {
                @Override
                public void at(long done) {
                    // nobody watches
                }

                @Override
                public void close() {
                    // nothing is open
                }
            };
        }
        ProgressBar bar = new ProgressBarBuilder().setTaskName(task).setInitialMax(total)
                .setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(200).showSpeed()
                .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), terminal.width())).build();
        return new Progress() {
            @Override
            public void at(long done) {
                if ((done & 1023) == 0 || done == total) {
                    bar.stepTo(done);
                }
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
