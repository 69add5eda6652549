package millrace.ops.bench.nexmark;

/**
 * One event of the auction house. Times are milliseconds since 1970, money is in cents, texts are never null.
 */
public sealed interface NexmarkEvent {

    /** When it happens. */
    long dateTime();

    /** The columns of the contract {@code nexmark}, in its order. */
    Object[] row();

    /** Somebody registers, to sell or to bid. */
    record Person(long id, String name, String emailAddress, String creditCard, String city, String state,
            long dateTime, String extra) implements NexmarkEvent {
        @Override
        public Object[] row() {
            return new Object[] {0, micros(dateTime),
                    new Object[] {id, name, emailAddress, creditCard, city, state, extra}, null, null};
        }
    }

    /**
     * An item is put up.
     *
     * @param expires when it closes, later than it opens
     * @param seller a person, who may not have been seen yet
     */
    record Auction(long id, String itemName, String description, long initialBid, long reserve, long dateTime,
            long expires, long seller, long category, String extra) implements NexmarkEvent {
        @Override
        public Object[] row() {
            return new Object[] {1, micros(dateTime), null, new Object[] {id, itemName, description, initialBid,
                    reserve, micros(expires), seller, category, extra}, null};
        }
    }

    /**
     * Somebody bids.
     *
     * @param auction one that may not have been seen yet, or be closed
     * @param bidder a person, who may not have been seen yet
     */
    record Bid(long auction, long bidder, long price, String channel, String url, long dateTime, String extra)
            implements
                NexmarkEvent {
        @Override
        public Object[] row() {
            return new Object[] {2, micros(dateTime), null, null,
                    new Object[] {auction, bidder, price, channel, url, extra}};
        }
    }

    private static long micros(long millis) {
        return millis * 1_000;
    }
}
