package millrace.ops.bench.nexmark;

import java.time.Instant;
import java.util.SplittableRandom;
import millrace.ops.bench.nexmark.NexmarkEvent.Auction;
import millrace.ops.bench.nexmark.NexmarkEvent.Bid;
import millrace.ops.bench.nexmark.NexmarkEvent.Person;

/**
 * The events of an auction house, as a function of the settings and the event's number. Of fifty events one is a person,
 * three are auctions and the rest are bids. Half of the bids go to one auction of the newest hundred and three quarters
 * come from one person of the newest hundred; the others are spread over what is recent, and reach a little ahead of it,
 * to auctions and persons that come later. So the heat moves: joins and groups meet skew that does not stay.
 *
 * <p>The shape is that of the generator in Apache Beam and of the suite for Flink, which draws it again at every run;
 * here each event draws from its own number.
 */
public final class NexmarkGenerator {
    /** Ids of auctions, and of persons, start here. */
    static final long FIRST_ID = 1_000;
    static final int PERSONS = 1;
    static final int AUCTIONS = 3;
    static final int CYCLE = 50;
    private static final long SCATTER = 953;
    private static final int BATCH = 100;
    private static final int IN_FLIGHT = 100;
    private static final int ACTIVE = 1_000;
    private static final int AHEAD = 10;
    private static final int FIRST_CATEGORY = 10;
    private static final int CATEGORIES = 5;
    private static final String[] FIRST_NAMES = {"Ada", "Bela", "Carol", "Dora", "Emil", "Frida", "Gus", "Hugo", "Ida",
            "Jon", "Kim"};
    private static final String[] LAST_NAMES = {"Abt", "Berg", "Cohn", "Diaz", "Eck", "Fox", "Gray", "Hill", "Iyer"};
    private static final String[] CITIES = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend",
            "Redmond", "Seattle", "Kent", "Cheyenne"};
    private static final String[] STATES = {"AZ", "CA", "ID", "OR", "WA", "WY"};

    private final Settings settings;
    private final long startMillis;
    private final Channels channels;

    /**
     * What decides about every event.
     *
     * @param eventsPerSecond of event time; how fast they are produced is another matter
     * @param outOfOrderGroup within so many events time is shuffled; 1 keeps it in order, 953 and its multiples do not
     *        shuffle
     * @param start event time of the first
     */
    public record Settings(long seed, int eventsPerSecond, int outOfOrderGroup, Instant start) {
        public Settings {
            if (eventsPerSecond < 1 || outOfOrderGroup < 1
                    || outOfOrderGroup > 1 && outOfOrderGroup % SCATTER == 0) {
                throw new IllegalArgumentException("no stream of " + eventsPerSecond + " events a second in groups of "
                        + outOfOrderGroup);
            }
        }
    }

    public NexmarkGenerator(Settings settings) {
        this.settings = settings;
        startMillis = settings.start().toEpochMilli();
        channels = new Channels(settings.seed());
    }

    /** The n-th event to be produced, from 0 on. */
    public NexmarkEvent event(long n) {
        long number = number(n);
        long id = number + 1;
        long at = time(number);
        Draw draw = new Draw(new SplittableRandom(settings.seed() * 0xD1B54A32D192ED03L + id));
        int kind = (int) (id % CYCLE);
        if (kind < PERSONS) {
            return person(draw, lastPerson(id), at);
        }
        return kind < PERSONS + AUCTIONS ? auction(draw, id, at, meanLife(number)) : bid(draw, id, at);
    }

    /** Event time of the first, but for what is shuffled. */
    public Instant start() {
        return settings.start();
    }

    /** Nothing that comes after the n-th event happens before this, in milliseconds since 1970. */
    public long watermark(long n) {
        return time((n + 1) / settings.outOfOrderGroup() * settings.outOfOrderGroup());
    }

    /** Its place in the order of time. */
    private long number(long n) {
        long group = settings.outOfOrderGroup();
        long e = n + 1;
        return e / group * group + e * SCATTER % group;
    }

    private long time(long number) {
        return startMillis + number * 1_000_000 / settings.eventsPerSecond() / 1_000;
    }

    /** About as long as it takes until so many more auctions come as are in flight. */
    private long meanLife(long number) {
        return time(number + IN_FLIGHT * CYCLE / AUCTIONS) - time(number);
    }

    private static long lastPerson(long id) {
        return id / CYCLE;
    }

    private static long lastAuction(long id) {
        long kind = id % CYCLE;
        long before = AUCTIONS * (id / CYCLE);
        return kind < PERSONS ? before - 1 : before + Math.min(kind - PERSONS, AUCTIONS - 1);
    }

    private static Person person(Draw draw, long number, long at) {
        String name = draw.of(FIRST_NAMES) + " " + draw.of(LAST_NAMES);
        String email = draw.text(7) + "@" + draw.text(5) + ".com";
        String card = draw.digits(4) + " " + draw.digits(4) + " " + draw.digits(4) + " " + draw.digits(4);
        String city = draw.of(CITIES);
        String state = draw.of(STATES);
        int size = 8 + name.length() + email.length() + card.length() + city.length() + state.length();
        return new Person(FIRST_ID + number, name, email, card, city, state, at, draw.filler(size, 200));
    }

    private static Auction auction(Draw draw, long id, long at, long meanLife) {
        String item = draw.text(20);
        String description = draw.text(100);
        long initialBid = draw.price();
        long reserve = initialBid + draw.price();
        long expires = at + 1 + draw.below(Math.max(2 * meanLife, 1));
        long persons = lastPerson(id);
        long seller = draw.below(4) > 0 ? hot(persons) : recentPerson(draw, persons);
        long category = FIRST_CATEGORY + draw.below(CATEGORIES);
        int size = 8 + item.length() + description.length() + 40;
        return new Auction(FIRST_ID + lastAuction(id), item, description, initialBid, reserve, at, expires,
                FIRST_ID + seller, category, draw.filler(size, 500));
    }

    private Bid bid(Draw draw, long id, long at) {
        long auctions = lastAuction(id);
        long persons = lastPerson(id);
        long auction = draw.below(2) > 0 ? hot(auctions) : recentAuction(draw, auctions);
        long bidder = draw.below(4) > 0 ? hot(persons) + 1 : recentPerson(draw, persons);
        long price = draw.price();
        Channels.Channel channel = channels.draw(draw);
        return new Bid(FIRST_ID + auction, FIRST_ID + bidder, price, channel.name(), channel.url(), at,
                draw.filler(32, 100));
    }

    private static long hot(long last) {
        return last / BATCH * BATCH;
    }

    private static long recentAuction(Draw draw, long last) {
        long first = Math.max(last - IN_FLIGHT, 0);
        return first + draw.below(last - first + 1 + AHEAD);
    }

    private static long recentPerson(Draw draw, long last) {
        long active = Math.min(last + 1, ACTIVE);
        return last + 1 - active + draw.below(active + AHEAD);
    }
}
