package millrace.ops.bench.nexmark;

import java.util.SplittableRandom;

/** Where bids come from: half of them from four large channels, the others from ten thousand small ones. */
final class Channels {
    private static final int SMALL = 10_000;
    private static final String[] LARGE = {"Google", "Facebook", "Baidu", "Apple"};

    private final Channel[] large = new Channel[LARGE.length];
    private final Channel[] small = new Channel[SMALL];

    /** A channel always has the same address; nine of ten small ones have their number in it. */
    record Channel(String name, String url) {
    }

    Channels(long seed) {
        Draw draw = new Draw(new SplittableRandom(seed));
        for (int i = 0; i < LARGE.length; i++) {
            large[i] = new Channel(LARGE[i], url(draw));
        }
        for (int i = 0; i < SMALL; i++) {
            String url = url(draw);
            small[i] = new Channel("channel-" + i, draw.below(10) > 0
                    ? url + "&channel_id=" + (Integer.reverse(i) & Integer.MAX_VALUE)
                    : url);
        }
    }

    Channel draw(Draw draw) {
        return draw.below(2) > 0 ? large[(int) draw.below(large.length)] : small[(int) draw.below(SMALL)];
    }

    private static String url(Draw draw) {
        return "https://www.nexmark.com/" + folder(draw) + "/" + folder(draw) + "/" + folder(draw)
                + "/item.htm?query=1";
    }

    private static String folder(Draw draw) {
        return draw.text(5).replace(' ', '_');
    }
}
