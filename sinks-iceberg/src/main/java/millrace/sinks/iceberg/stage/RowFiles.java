package millrace.sinks.iceberg.stage;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import millrace.sinks.iceberg.event.StagedDeletes;
import millrace.sinks.iceberg.event.StagedFile;
import millrace.sinks.iceberg.file.Appended;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The open files of one proposal. Throws and promises as {@link millrace.sinks.iceberg.file.StagedWriter} does. */
public interface RowFiles {
    Appended append(ConsumerRecord<byte[], byte[]> record);

    /** Appends a refused record as its bytes. */
    void appendUnread(ConsumerRecord<byte[], byte[]> record, String error);

    /** Estimated size of the files so far, in bytes. */
    long bytes();

    /** Event time in microseconds up to which each partition is complete, as far as the rows here tell. */
    SortedMap<Integer, Long> clocks();

    /** Of the table, that the files are written with. */
    int schemaId();

    /** Finishes the files; they are as yet part of no snapshot. */
    Closed close();

    void abort();

    /** @param deletes rows of the table that are no longer live */
    record Closed(List<StagedFile> files, Optional<StagedDeletes> deletes) {
        public static final Closed NOTHING = new Closed(List.of(), Optional.empty());

        public Closed {
            files = List.copyOf(files);
        }
    }

    /** Opens files for a proposal on the table as it is now. */
    @FunctionalInterface
    interface Factory {
        /**
         * Throws {@link TableReplacedException} if the table is not the expected one, {@link CatalogUnavailableException}
         * if nobody can tell.
         */
        RowFiles open(UUID table, String proposalId);
    }

    /** The catalog, or what it keeps its tables in, does not answer; the cause says how. */
    final class CatalogUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public CatalogUnavailableException(RuntimeException cause) {
            super(cause);
        }
    }

    /** The table was dropped, or dropped and created again. */
    final class TableReplacedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public TableReplacedException(String message) {
            super(message);
        }
    }
}
