package millrace.ops.bench;

import java.util.List;

/**
 * By how much a figure grew over the second half of its samples, as a share of its mean there. By least squares, since
 * single samples go up and down. The first half is for filling up.
 */
record Trend(double growth) {
    /** What grew by less than this over half of the time has come to its level, or would need a day to double. */
    private static final double LEVEL = 0.05;

    static Trend of(List<Long> samples) {
        List<Long> half = samples.subList(samples.size() / 2, samples.size());
        double mean = half.stream().mapToLong(Long::longValue).average().orElse(0);
        double middle = (half.size() - 1) / 2.0;
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < half.size(); i++) {
            covariance += (i - middle) * (half.get(i) - mean);
            variance += (i - middle) * (i - middle);
        }
        return new Trend(mean == 0 || variance == 0 ? 0 : covariance / variance * (half.size() - 1) / mean);
    }

    boolean isLevel() {
        return growth < LEVEL;
    }
}
