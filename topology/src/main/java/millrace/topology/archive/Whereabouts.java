package millrace.topology.archive;

/** Who has the next record of a partition. */
public sealed interface Whereabouts {
    /** @param from the first offset that Kafka is to be asked for; what may lie before it is not wanted */
    record Kafka(long from) implements Whereabouts {}

    /** The archive, for a while; then it is to be asked again. */
    record Archive(ArchiveRange range) implements Whereabouts {}
}
