package millrace.ops.project;

import io.micronaut.scheduling.cron.CronExpression;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;

/**
 * Times that come again and again, as cron writes them: minute, hour, day of the month, month, day of the week.
 *
 * @param text as it was written
 */
public record Cron(String text) {
    private static final int FIELDS = 5;

    /** Nothing if it is none, or never comes. */
    public static Optional<Cron> parse(String text) {
        try {
            Cron cron = new Cron(text.strip());
            if (cron.text.split("\\s+").length != FIELDS) {
                return Optional.empty();
            }
            CronExpression.create(cron.text).nextTimeAfter(Instant.EPOCH.atZone(ZoneOffset.UTC));
            return Optional.of(cron);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * The first time behind another; a time that clocks never show is the one after their step forward, one that they show twice
     * is the first. Far beyond all times if none comes.
     */
    public Instant next(Instant after, ZoneId zone) {
        CronExpression expression = CronExpression.create(text);
        ZonedDateTime shown = LocalDateTime.ofInstant(after, zone).atZone(ZoneOffset.UTC);
        try {
            while (true) {
                shown = expression.nextTimeAfter(shown);
                Instant next = shown.toLocalDateTime().atZone(zone).toInstant();
                if (next.isAfter(after)) {
                    return next;
                }
            }
        } catch (IllegalArgumentException e) {
            return Instant.MAX;
        }
    }
}
