package millrace.ops.bench.nexmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import millrace.ops.bench.nexmark.NexmarkEvent.Auction;
import millrace.ops.bench.nexmark.NexmarkEvent.Bid;
import millrace.ops.bench.nexmark.NexmarkEvent.Person;
import org.junit.jupiter.api.Test;

class NexmarkGeneratorTest {
    private static final Instant START = Instant.parse("2015-07-15T00:00:00Z");
    private static final int MANY = 100_000;
    private final List<NexmarkEvent> inOrder = events(7, 1_000, 1);

    @Test
    void ofFiftyEventsOneIsAPersonThreeAreAuctionsAndTheRestAreBids() {
        // The first event has the id 2, so a cycle ends with every fiftieth from the 48th on.
        for (int n = 48; n + 50 < MANY; n += 50) {
            List<NexmarkEvent> cycle = inOrder.subList(n, n + 50);
            assertThat(cycle.get(0)).isInstanceOf(Person.class);
            assertThat(cycle.subList(1, 4)).hasOnlyElementsOfType(Auction.class);
            assertThat(cycle.subList(4, 50)).hasOnlyElementsOfType(Bid.class);
        }
    }

    @Test
    void personsAndAuctionsAreNumberedFromAThousandOnAndNoneComesTwice() {
        List<Long> persons = of(Person.class).stream().map(Person::id).toList();
        assertThat(persons).isEqualTo(LongStream.rangeClosed(1_001, 1_000 + persons.size()).boxed().toList());
        // The id of auction 1000 would be that of the event before the first.
        List<Long> auctions = of(Auction.class).stream().map(Auction::id).toList();
        assertThat(auctions).isEqualTo(LongStream.rangeClosed(1_001, 1_000 + auctions.size()).boxed().toList());
    }

    @Test
    void bidsGoToOneAuctionOfAHundredAndToThoseThatAreRecentOrAboutToCome() {
        long newest = 1_002;
        int hot = 0;
        int ahead = 0;
        Set<Long> hotOnes = new HashSet<>();
        for (NexmarkEvent event : inOrder) {
            if (event instanceof Auction a) {
                newest = a.id();
            } else if (event instanceof Bid b) {
                assertThat(b.auction()).isBetween(newest - 100 - (newest - 1_000) % 100, newest + 10);
                boolean isHot = b.auction() == newest - (newest - 1_000) % 100;
                hot += isHot ? 1 : 0;
                ahead += b.auction() > newest ? 1 : 0;
                if (isHot) {
                    hotOnes.add(b.auction());
                }
            }
        }
        int bids = of(Bid.class).size();
        assertThat((double) hot / bids).isCloseTo(0.5, within(0.02));
        assertThat((double) ahead / bids).isCloseTo(0.5 * 10 / 111, within(0.01));
        assertThat(hotOnes).as("the heat moves").hasSizeGreaterThan(50);
    }

    @Test
    void threeOfFourBidsComeFromOnePersonOfAHundredAndSoDoAuctionsFromTheirSellers() {
        long newest = 1_000;
        int hotBids = 0;
        int hotAuctions = 0;
        for (NexmarkEvent event : inOrder) {
            long first = newest - (newest - 1_000) % 100;
            switch (event) {
                case Person p -> newest = p.id();
                case Auction a -> {
                    hotAuctions += a.seller() == first ? 1 : 0;
                    assertThat(a.seller()).isBetween(Math.max(1_000, newest - 1_000), newest + 10);
                }
                case Bid b -> {
                    hotBids += b.bidder() == first + 1 ? 1 : 0;
                    assertThat(b.bidder()).isBetween(Math.max(1_000, newest - 1_000), newest + 10);
                }
            }
        }
        assertThat((double) hotBids / of(Bid.class).size()).isCloseTo(0.75, within(0.02));
        assertThat((double) hotAuctions / of(Auction.class).size()).isCloseTo(0.75, within(0.02));
    }

    @Test
    void timeIsEvenAndInOrderUnlessItIsShuffledInGroups() {
        for (int n = 1; n < MANY; n++) {
            assertThat(inOrder.get(n).dateTime() - inOrder.get(n - 1).dateTime()).isEqualTo(1);
        }
        NexmarkGenerator shuffled = new NexmarkGenerator(new NexmarkGenerator.Settings(7, 500, 1_000, START));
        long newest = Long.MIN_VALUE;
        long mostBehind = 0;
        for (int n = 0; n < MANY; n++) {
            long at = shuffled.event(n).dateTime();
            assertThat(at).isGreaterThanOrEqualTo(shuffled.watermark(n));
            newest = Math.max(newest, at);
            mostBehind = Math.max(mostBehind, newest - at);
        }
        assertThat(mostBehind).as("ms, of groups of two seconds").isBetween(1_000L, 2_000L);
    }

    @Test
    void shufflingChangesTheOrderAndNothingElse() {
        Set<NexmarkEvent> shuffled = new HashSet<>(events(7, 1_000, 100));
        // A group more or less at either end.
        assertThat(inOrder.subList(0, MANY - 100)).allMatch(shuffled::contains);
    }

    @Test
    void theSameSeedGivesTheSameRowsAndAnotherSeedOthers() {
        assertThat(rows(events(7, 1_000, 1).subList(0, 500))).isEqualTo(rows(inOrder.subList(0, 500)))
                .isNotEqualTo(rows(events(8, 1_000, 1).subList(0, 500)));
        // Of every build: tables that are compared over versions rest on it.
        assertThat((Object[]) inOrder.get(2).row()[4]).containsExactly(1_008L, 1_001L, 932L, "channel-6824",
                "https://www.nexmark.com/gjq/ffnb/xpyh/item.htm?query=1&channel_id=358088704",
                "myWcIetNXMLpeHxKciV`akdyeaHY`gOenf^Qo^Zr^xv]mWl`_uP_sZNhav[rsaVXTd");
    }

    @Test
    void recordsHaveTheirSizesOnAverage() {
        assertThat(average(Person.class, p -> 8 + p.name().length() + p.emailAddress().length()
                + p.creditCard().length() + p.city().length() + p.state().length() + p.extra().length()))
                .isCloseTo(200, within(4.0));
        assertThat(average(Auction.class, a -> 48 + a.itemName().length() + a.description().length()
                + a.extra().length())).isCloseTo(500, within(5.0));
        assertThat(average(Bid.class, b -> 32 + b.extra().length())).isCloseTo(100, within(1.0));
    }

    @Test
    void pricesAreSpreadOverSixPowersOfTen() {
        Map<Integer, Integer> digits = new HashMap<>();
        of(Bid.class).forEach(b -> digits.merge(Long.toString(b.price()).length(), 1, Integer::sum));
        for (int d = 3; d <= 8; d++) {
            assertThat((double) digits.get(d) / of(Bid.class).size()).as("%d digits", d).isCloseTo(1 / 6.0,
                    within(0.01));
        }
    }

    @Test
    void auctionsLastAsLongAsAHundredMoreTakeOnAverage() {
        // A hundred auctions are 1666 events, which take 1666 ms.
        assertThat(average(Auction.class, a -> (int) (a.expires() - a.dateTime()))).isCloseTo(1_666, within(50.0));
        assertThat(of(Auction.class)).allMatch(a -> a.expires() > a.dateTime() && a.reserve() > a.initialBid()
                && a.category() >= 10 && a.category() <= 14);
    }

    @Test
    void aChannelHasOneAddressAndMostSmallOnesTheirNumberInIt() {
        Map<String, String> urls = new HashMap<>();
        int numbered = 0;
        int large = 0;
        for (Bid bid : of(Bid.class)) {
            assertThat(urls.putIfAbsent(bid.channel(), bid.url())).isIn(null, bid.url());
            numbered += bid.url().contains("&channel_id=") ? 1 : 0;
            large += bid.channel().startsWith("channel-") ? 0 : 1;
        }
        assertThat((double) large / of(Bid.class).size()).isCloseTo(0.5, within(0.02));
        assertThat((double) numbered / of(Bid.class).size()).isCloseTo(0.45, within(0.02));
    }

    @Test
    void aStreamThatCannotBeIsRefused() {
        assertThatThrownBy(() -> new NexmarkGenerator.Settings(1, 1_000, 953, START))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("groups of 953");
        assertThatThrownBy(() -> new NexmarkGenerator.Settings(1, 0, 1, START))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<NexmarkEvent> events(long seed, int perSecond, int group) {
        NexmarkGenerator generator = new NexmarkGenerator(new NexmarkGenerator.Settings(seed, perSecond, group, START));
        return LongStream.range(0, MANY).mapToObj(generator::event).toList();
    }

    private <T extends NexmarkEvent> List<T> of(Class<T> kind) {
        return inOrder.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private <T extends NexmarkEvent> double average(Class<T> kind, ToIntFunction<T> size) {
        return of(kind).stream().mapToInt(size).average().orElseThrow();
    }

    private static List<String> rows(List<NexmarkEvent> events) {
        return events.stream().map(e -> Arrays.deepToString(e.row())).toList();
    }
}
