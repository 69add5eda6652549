package millrace.sinks.iceberg.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import millrace.sinks.iceberg.event.ControlLog;
import millrace.sinks.iceberg.event.SinkEvent;

/** One partition of the control topic; what is sent arrives later, twice, out of order, or not at all. */
final class SimControl {
    final List<SinkEvent> log = new ArrayList<>();
    private final Map<String, Deque<SinkEvent>> underWay = new LinkedHashMap<>();

    ControlLog sender(String name) {
        Deque<SinkEvent> queue = underWay.computeIfAbsent(name, n -> new ArrayDeque<>());
        return queue::add;
    }

    /** Gives the answers among the next events at most; returns how many events have been heard then. */
    int answers(int heard, int most, Consumer<SinkEvent.Answer> to) {
        int end = Math.min(log.size(), heard + most);
        for (int i = heard; i < end; i++) {
            if (log.get(i) instanceof SinkEvent.Answer answer) {
                to.accept(answer);
            }
        }
        return end;
    }

    /** What the sender had under way is lost with it, or all of it arrives. */
    void senderDies(String name, boolean lost) {
        Deque<SinkEvent> queue = underWay.remove(name);
        if (queue != null && !lost) {
            log.addAll(queue);
        }
    }

    void deliver(RandomGenerator random, boolean faults) {
        for (Deque<SinkEvent> queue : underWay.values()) {
            if (queue.isEmpty() || faults && random.nextInt(3) == 0) {
                continue;
            }
            if (faults && queue.size() > 1 && random.nextInt(8) == 0) {
                SinkEvent first = queue.poll();
                SinkEvent second = queue.poll();
                queue.addFirst(first);
                queue.addFirst(second);
            }
            SinkEvent event = queue.poll();
            int fate = faults ? random.nextInt(20) : 19;
            if (fate != 0) {
                log.add(event);
            }
            if (fate == 1) {
                log.add(event);
            }
            if (fate == 2 && !log.isEmpty()) {
                log.add(log.get(random.nextInt(log.size())));
            }
        }
    }
}
