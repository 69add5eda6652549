package millrace.sinks.iceberg.simulation;

import java.time.Clock;
import java.util.OptionalLong;
import java.util.UUID;
import millrace.sinks.iceberg.commit.CommitDuty;
import millrace.sinks.iceberg.commit.CommitRules;
import millrace.sinks.iceberg.commit.LandingTable;

/** A process that believes it owns the control partition. */
final class SimCommitter {
    final String name;
    final CommitDuty duty;
    private final SimControl control;
    private final Clock clock;
    private int commitIds;
    private int heard;

    SimCommitter(String name, UUID id, LandingTable table, SimControl control, CommitRules rules, Clock clock) {
        this.name = name;
        this.control = control;
        this.clock = clock;
        duty = new CommitDuty("sim", id, table, control.sender(name), rules, "control-id", name,
                () -> name + "-" + ++commitIds);
    }

    void step(int events) {
        duty.step(clock.instant());
        rewind();
        for (int i = 0; i < events && heard < control.log.size(); i++) {
            int offset = heard++;
            duty.arrived(offset, control.log.get(offset), clock.instant());
            rewind();
        }
    }

    private void rewind() {
        OptionalLong from = duty.rewind();
        if (from.isPresent()) {
            heard = (int) from.getAsLong();
        }
    }
}
