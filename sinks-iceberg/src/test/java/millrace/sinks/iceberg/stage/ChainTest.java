package millrace.sinks.iceberg.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.Predecessor;
import millrace.sinks.iceberg.event.Predecessor.AfterProposal;
import millrace.sinks.iceberg.event.Predecessor.AfterSnapshot;
import millrace.sinks.iceberg.event.Proposal;
import millrace.sinks.iceberg.event.SourcePosition;
import org.junit.jupiter.api.Test;

/** A worker's proposals without an answer: what each builds on, and what becomes of them. */
class ChainTest {
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Map<Integer, Long> STARTS = Map.of(0, 3L, 1, 4L);

    /** The table holds partition 0 up to 100 and partition 1 up to 200 in snapshot 7. */
    private final Chain chain = new Chain(UUID.randomUUID(), 7, 1, "T", Map.of(0, 100L, 1, 200L));
    private Instant now = START;

    @Test
    void theFirstBuildsOnTheSnapshotAndEachOtherOnTheOneBefore() {
        assertThat(chain.predecessor()).isEqualTo(new AfterSnapshot(7));
        Proposal a = propose("a", Map.of(0, 110L, 1, 200L));
        assertThat(a.predecessor()).isEqualTo(new AfterSnapshot(7));
        assertThat(a.ranges()).as("a partition that has not moved is not in it").isEqualTo(
                Map.of(0, new OffsetRange(100, 110)));
        Proposal b = propose("b", Map.of(0, 111L, 1, 205L));
        assertThat(b.predecessor()).isEqualTo(new AfterProposal("a"));
        assertThat(b.ranges()).isEqualTo(Map.of(0, new OffsetRange(110, 111), 1, new OffsetRange(200, 205)));
        assertThat(chain.stagedTo()).isEqualTo(Map.of(0, 111L, 1, 205L));
        assertThat(chain.undecided()).isEqualTo(2);
    }

    @Test
    void nothingIsProposedOfWhatIsBehind() {
        assertThat(chain.rangesTo(Map.of(0, 100L, 1, 199L))).isEmpty();
        propose("a", Map.of(0, 110L));
        assertThat(chain.rangesTo(Map.of(0, 105L))).isEmpty();
    }

    @Test
    void nothingBuildsOnAProposalThatOnlyMovesClocks() {
        proposeClocks("clocks");
        assertThat(chain.predecessor()).isEqualTo(new AfterSnapshot(7));
        propose("a", Map.of(0, 110L));
        proposeClocks("later");
        assertThat(chain.predecessor()).isEqualTo(new AfterProposal("a"));
        assertThat(chain.undecided()).as("it has to be answered all the same").isEqualTo(3);
    }

    @Test
    void aCommitDecidesAllBeforeItToo() {
        propose("a", Map.of(0, 110L));
        propose("b", Map.of(0, 120L));
        propose("c", Map.of(0, 130L));
        assertThat(chain.committed(List.of("b"))).isTrue();
        assertThat(chain.undecided()).isEqualTo(1);
        assertThat(chain.predecessor()).as("still what the next one builds on").isEqualTo(new AfterProposal("c"));
        assertThat(chain.stagedTo()).containsEntry(0, 130L);
    }

    @Test
    void aCommitOfOthersOrOneThatIsKnownDecidesNothing() {
        propose("a", Map.of(0, 110L));
        assertThat(chain.committed(List.of("theirs"))).isFalse();
        assertThat(chain.committed(List.of())).isFalse();
        assertThat(chain.committed(List.of("theirs", "a"))).isTrue();
        assertThat(chain.committed(List.of("theirs", "a"))).isFalse();
        assertThat(chain.undecided()).isZero();
    }

    @Test
    void theOrderOfTheIdsInACommitDoesNotMatter() {
        propose("a", Map.of(0, 110L));
        propose("b", Map.of(0, 120L));
        propose("c", Map.of(0, 130L));
        assertThat(chain.committed(List.of("b", "a"))).isTrue();
        assertThat(chain.undecided()).isEqualTo(1);
    }

    @Test
    void aRejectedFirstTakesAllItsSuccessorsWithItAndTheTableSaysWhereToGoOn() {
        propose("a", Map.of(0, 110L));
        propose("b", Map.of(0, 120L, 1, 210L));
        assertThat(chain.rejected("a", 9, position(Map.of(0, 105L, 1, 200L)), STARTS)).isTrue();
        assertThat(chain.undecided()).isZero();
        assertThat(chain.predecessor()).isEqualTo(new AfterSnapshot(9));
        assertThat(chain.stagedTo()).isEqualTo(Map.of(0, 105L, 1, 200L));
        assertThat(propose("c", Map.of(0, 120L)).ranges()).isEqualTo(Map.of(0, new OffsetRange(105, 120)));
    }

    @Test
    void whatStandsBeforeARejectedOneIsBuiltOnIfNobodyElseMovedItsPartitions() {
        propose("a", Map.of(0, 110L, 1, 205L));
        propose("b", Map.of(0, 120L));
        propose("c", Map.of(0, 130L));
        assertThat(chain.rejected("b", 9, position(Map.of(0, 110L, 1, 205L)), STARTS)).isTrue();
        assertThat(chain.undecided()).isEqualTo(1);
        Proposal d = propose("d", Map.of(0, 125L));
        assertThat(d.predecessor()).isEqualTo(new AfterProposal("a"));
        assertThat(d.ranges()).isEqualTo(Map.of(0, new OffsetRange(110, 125)));
        assertThat(chain.committed(List.of("b", "c"))).as("they are gone").isFalse();
        assertThat(chain.committed(List.of("a"))).isTrue();
        assertThat(chain.undecided()).isEqualTo(1);
    }

    @Test
    void whatStandsBeforeARejectedOneIsNoBaseIfAnotherMovedOneOfItsPartitions() {
        propose("a", Map.of(0, 110L));
        propose("b", Map.of(0, 120L));
        assertThat(chain.rejected("b", 9, position(Map.of(0, 110L, 1, 230L)), STARTS)).isTrue();
        assertThat(chain.undecided()).as("nothing is sent again that others may build beside").isZero();
        Proposal c = propose("c", Map.of(0, 120L, 1, 240L));
        assertThat(c.predecessor()).isEqualTo(new AfterSnapshot(9));
        assertThat(c.ranges()).isEqualTo(Map.of(0, new OffsetRange(110, 120), 1, new OffsetRange(230, 240)));
    }

    @Test
    void whatStandsBeforeARejectedOneIsNoBaseIfTheTableEndsBeforeIt() {
        propose("a", Map.of(0, 110L));
        propose("b", Map.of(0, 120L));
        chain.rejected("b", 9, position(Map.of(0, 100L, 1, 200L)), STARTS);
        assertThat(chain.undecided()).isZero();
        assertThat(chain.predecessor()).isEqualTo(new AfterSnapshot(9));
        assertThat(chain.stagedTo()).isEqualTo(Map.of(0, 100L, 1, 200L));
    }

    @Test
    void aClockBeforeARejectedOneIsNoBase() {
        proposeClocks("clocks");
        propose("a", Map.of(0, 110L));
        chain.rejected("a", 9, position(Map.of(0, 100L, 1, 200L)), STARTS);
        assertThat(chain.predecessor()).isEqualTo(new AfterSnapshot(9));
        assertThat(chain.undecided()).isZero();
    }

    @Test
    void whatWasCommittedCountsWhenALaterOneIsRejected() {
        propose("a", Map.of(0, 110L));
        propose("b", Map.of(1, 210L));
        propose("c", Map.of(0, 120L));
        chain.committed(List.of("a"));
        chain.rejected("c", 9, position(Map.of(0, 110L, 1, 210L)), STARTS);
        assertThat(chain.predecessor()).as("the table goes on where a and b end").isEqualTo(new AfterProposal("b"));
        assertThat(chain.undecided()).isEqualTo(1);
    }

    @Test
    void afterARejectionTheTablesPositionIsTheOriginOfWhatFollows() {
        propose("a", Map.of(0, 110L));
        chain.rejected("a", 9, position(Map.of(0, 150L, 1, 250L)), STARTS);
        propose("b", Map.of(0, 160L));
        propose("c", Map.of(0, 170L));
        chain.rejected("c", 10, position(Map.of(0, 160L, 1, 250L)), STARTS);
        assertThat(chain.predecessor()).isEqualTo(new AfterProposal("b"));
    }

    @Test
    void aPartitionThatTheTableDoesNotKnowIsReadFromItsStart() {
        propose("a", Map.of(0, 110L, 1, 201L));
        chain.rejected("a", 9, position(Map.of(1, 200L)), STARTS);
        assertThat(chain.stagedTo()).isEqualTo(Map.of(0, 3L, 1, 200L));
    }

    @Test
    void aPartitionOfOthersIsNotTakenOver() {
        propose("a", Map.of(0, 110L));
        chain.rejected("a", 9, position(Map.of(0, 100L, 1, 200L, 2, 999L)), STARTS);
        assertThat(chain.stagedTo()).containsOnlyKeys(0, 1);
    }

    @Test
    void theRejectionOfAnUnknownProposalChangesNothing() {
        propose("a", Map.of(0, 110L));
        assertThat(chain.rejected("theirs", 9, position(Map.of(0, 0L, 1, 0L)), STARTS)).isFalse();
        assertThat(chain.predecessor()).isEqualTo(new AfterProposal("a"));
        assertThat(chain.stagedTo()).isEqualTo(Map.of(0, 110L, 1, 200L));
        chain.committed(List.of("a"));
        assertThat(chain.rejected("a", 9, position(Map.of(0, 0L, 1, 0L)), STARTS)).as("an answer of before").isFalse();
        assertThat(chain.stagedTo()).isEqualTo(Map.of(0, 110L, 1, 200L));
    }

    @Test
    void allAreSentAgainInTheirOrderOnceTheOldestHasWaited() {
        propose("a", Map.of(0, 110L));
        after(6);
        propose("b", Map.of(0, 120L));
        after(3);
        assertThat(again()).isEmpty();
        after(1);
        assertThat(again()).as("a has waited 10 s").containsExactly("a", "b");
        after(9);
        assertThat(again()).as("and waits again from then").isEmpty();
        after(1);
        assertThat(again()).containsExactly("a", "b");
        chain.committed(List.of("a"));
        after(10);
        assertThat(again()).containsExactly("b");
        chain.committed(List.of("b"));
        after(100);
        assertThat(again()).isEmpty();
    }

    @Test
    void aProposalIsSentAgainAsItWas() {
        Proposal a = propose("a", Map.of(0, 110L));
        Proposal b = propose("b", Map.of(0, 120L));
        after(10);
        assertThat(chain.unanswered(PATIENCE, now)).containsExactly(a, b);
    }

    private Proposal propose(String id, Map<Integer, Long> to) {
        var proposal = new Proposal(id, "w", chain.predecessor(), chain.layout(), chain.topicId, chain.rangesTo(to),
                List.of(0), List.of(), Optional.empty(), new TreeMap<>(), now);
        chain.proposed(proposal, now);
        return proposal;
    }

    private void proposeClocks(String id) {
        Predecessor predecessor = chain.predecessor();
        chain.proposed(new Proposal(id, "w", predecessor, chain.layout(), chain.topicId, new TreeMap<>(), List.of(),
                List.of(), Optional.empty(), new TreeMap<>(Map.of(0, 1L)), now), now);
    }

    private void after(int seconds) {
        now = now.plusSeconds(seconds);
    }

    private List<String> again() {
        return chain.unanswered(PATIENCE, now).stream().map(Proposal::id).toList();
    }

    private static SourcePosition position(Map<Integer, Long> next) {
        return new SourcePosition("T", new TreeMap<>(next));
    }
}
