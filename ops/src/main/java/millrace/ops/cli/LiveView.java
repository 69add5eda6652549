package millrace.ops.cli;

import java.util.ArrayList;
import java.util.List;

/** Shows lines again and again: redrawn in place for a person, printed when they have changed for a log. */
final class LiveView {
    private final Terminal terminal;
    private int drawn;
    private List<String> last = List.of();

    LiveView(Terminal terminal) {
        this.terminal = terminal;
    }

    void show(List<String> lines) {
        if (!terminal.interactive()) {
            if (!lines.equals(last)) {
                lines.forEach(terminal.out()::println);
                terminal.out().println();
                last = List.copyOf(lines);
            }
            return;
        }
        StringBuilder frame = new StringBuilder();
        if (drawn > 0) {
            frame.append("\u001b[").append(drawn).append('A');
        }
        List<String> fitting = new ArrayList<>();
        for (String line : lines) {
            fitting.add(line.length() > terminal.width() ? line.substring(0, terminal.width() - 1) : line);
        }
        for (int i = 0; i < fitting.size(); i++) {
            frame.append("\r\u001b[2K").append(i == 0 ? terminal.bold(fitting.get(i)) : fitting.get(i)).append('\n');
        }
        frame.append("\u001b[0J");
        terminal.out().print(frame);
        terminal.out().flush();
        drawn = fitting.size();
    }
}
