package millrace.topology.source;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import millrace.statestores.codec.Codecs;
import millrace.statestores.store.StateDeclaration;
import millrace.topology.origin.SourceTopic;
import millrace.topology.quarantine.QuarantineTarget;
import millrace.topology.time.PartitionClock;

/**
 * What a source operator does.
 *
 * @param needed slots of the contract's row that anything reads
 * @param rowNodes the nodes that get rows and watermarks
 * @param quarantine where refused records go
 * @param watermarkNode the sink of this source's own watermarks
 * @param journalNode the sink of what is decided about time
 * @param time what was decided about it before, and what may be now
 * @param watermarkInterval how often watermarks are sent; a wall-clock time, since it only decides how soon they are seen
 */
public record SourcePlan(SourceTopic source, BitSet needed, List<String> rowNodes,
        QuarantineTarget quarantine, String watermarkNode, String journalNode, SourceTime time,
        Duration watermarkInterval) {

    public SourcePlan {
        rowNodes = List.copyOf(rowNodes);
    }

    /** The clocks; one per partition, keyed by its number. */
    StateDeclaration<Long, PartitionClock> clocks() {
        return new StateDeclaration<>(source.topic() + ".clock", Codecs.LONG, PartitionClock.CODEC);
    }
}
