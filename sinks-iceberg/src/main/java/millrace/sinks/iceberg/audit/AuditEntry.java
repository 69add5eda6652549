package millrace.sinks.iceberg.audit;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something that a person or a schedule has done.
 *
 * @param id unique for all time; the same is written once
 * @param action such as {@code publish}
 * @param subject what it was done with, such as the id of a replay
 * @param table {@code namespace.name}; absent if it was done to none alone
 * @param from the snapshot before, {@code to} the one after; absent if there is none
 * @param offsets of topics that it is about, as JSON
 * @param revision of the models and contracts
 * @param reason that was given
 */
public record AuditEntry(String id, Instant at, String who, String pipeline, String action, String subject,
        Optional<String> table, OptionalLong from, OptionalLong to, String offsets, String revision,
        Optional<String> reason) {}
