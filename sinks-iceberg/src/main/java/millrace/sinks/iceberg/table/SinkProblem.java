package millrace.sinks.iceberg.table;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong between a topic and its table. */
public enum SinkProblem implements ProblemCode {
    PARTITION_UNREADABLE("A partition_by entry is not a transform of a column of the table.",
            "Write a column, or year|month|day|hour(column), bucket(n, column), truncate(width, column)."),
    SORT_UNREADABLE("A sort_by entry is not a column of the table with an optional asc or desc, nor zorder of several.",
            "Write a column of the table, optionally followed by asc or desc, or let zorder(column, column) be all of sort_by."),
    AGES_UNFIT("Rows of a table cannot be told by their age as the rules for it say.",
            "Partition the table by hour, day, month or year of a time, and the tiers by the same columns, no finer."),
    COMPRESSION_UNKNOWN("A table's files cannot be compressed as its properties say.",
            "Set write.parquet.compression-codec to zstd, snappy, gzip, lz4 or uncompressed, and write.parquet.compression-level to a level of that codec or not at all."),
    COLUMN_RESERVED("A record has a column whose name the sink uses for the origin of a row.",
            "Rename the column; names such as _offset and _key belong to the sink."),
    COLUMN_INCOMPATIBLE("A record's column has a type that its table's column can neither hold nor be widened to.",
            "Give the changed column a new name, or drop or rename the table's column; rows wait in the topic meanwhile."),
    RECORD_UNREADABLE("A record of a topic that the engine writes itself cannot be decoded.",
            "Something else wrote to the topic; find it by the offset, and skip or remove that record."),
    SCHEMA_NOT_EVOLVED("The table lacks columns that its committer has said it has.",
            "Run all processes of the pipeline on the same files, and drop no column that records still bring; it is tried again meanwhile."),
    CATALOG_UNUSABLE("The catalog cannot be opened with the properties given.",
            "Check the iceberg.* properties of the profile: type or catalog-impl, uri, warehouse, io-impl."),
    TABLE_FORMAT("The table's format or layout is not one that the sink writes.",
            "Use Parquet data files and format version 2 or 3, and a table that the sink created."),
    TABLE_MISSING("The table that a topic lands in is not in the catalog.",
            "Restore the table, or restart with creation of tables allowed; rows wait in the topic meanwhile."),
    BRANCH_MISSING("A table does not have the branch that is named.",
            "Make it with: millrace table branch <table> <name>."),
    BRANCH_UNUSABLE("A branch or tag of a table cannot be made or dropped.",
            "See what there is with: millrace table branches <table>."),
    CUT_TOO_EARLY("A table does not have all rows of a day yet, so that it is not cut for it.",
            "Cut it when it is complete through the end of the day; `millrace status <table> --why` says what it waits for."),
    HISTORY_UNLIKE("A bronze table does not tell enough of records to give them back as they were.",
            "Let the range begin where Kafka still has them; with rawRetention the contract lets bronze keep the bytes of records from now on."),
    HISTORY_GONE("Records that Kafka no longer has are not in the bronze table either.",
            "Let the range begin later; let the pipeline run until bronze has what Kafka is about to let go."),
    RANGE_UNFIT("Rows of a stretch of time cannot be replaced in a table.",
            "Compact the table, if others write to it, so that it has Parquet files and deletes by position alone; then try again."),
    RANGE_OPEN("A table is not yet complete through the time that a stretch of it needs to be replaced.",
            "Let the pipeline run until it is, and publish again."),
    RANGE_REFUSED("The committer of a table has refused to replace a stretch of it.",
            "See what the message says, and publish again."),
    COMMITTER_SILENT("Nobody answers who commits a table.",
            "Start a process of the pipeline with the role commit, of this version, and try again."),
    FOREIGN_ROLLBACK("Someone moved the table back behind rows that had been committed.",
            "Move the table forward again, or run: millrace table adopt <table> --execute, which lands those rows again."),
    TOPIC_RECREATED("The topic is not the one whose rows the table holds; it was deleted and created again.",
            "If the old topic is gone for good, run: millrace table adopt <table> --execute, which goes on with the new topic from its start."),
    CUT_OVER_AWAITED("A table is to be fed by another topic, whose rows so far lie on a branch of it.",
            "Run `millrace apply --execute`, which puts the branch in the table's place; no row is lost meanwhile."),
    OFFSETS_START_OVER("A table of changes cannot go on with another topic: what came last is told by its offsets.",
            "Drop the table and restart the roles, which make it anew from the start of the new topic."),
    TOPIC_MISSING("The topic that feeds a table does not exist.",
            "Create the topic; landing begins by itself."),
    RECORDS_EXPIRED("The topic deleted records before they were landed.",
            "Lengthen the topic's retention, then run: millrace table adopt <table> --execute, which goes on after the gap."),
    CATALOG_UNAVAILABLE("The catalog or the table's storage does not answer.",
            "Check the catalog and the network; work goes on by itself once it answers."),
    REGISTRY_UNAVAILABLE("The schema registry does not answer.",
            "Check the registry and the network; work goes on by itself once it answers."),
    BROKER_UNAVAILABLE("The Kafka brokers do not answer.",
            "Check the brokers and the network; work goes on by itself once they answer."),
    FILES_SHARED("Files of a table are not deleted, since others may need them.",
            "Set the table's property gc.enabled to true if nobody else has its files."),
    FILES_UNLISTED("The storage of a table cannot list its files.",
            "Name a FileIO that can with iceberg.catalog.io-impl, or delete files that nobody needs with the storage's own means."),
    STAGING_FAILED("Rows could not be written into data files.",
            "Look at the message and the log; the same rows are tried again."),
    STORAGE_FULL("The storage that holds the table has no space left.",
            "Free space or move the warehouse; writing goes on by itself once there is room.");

    private final String meaning;
    private final String remedy;

    SinkProblem(String meaning, String remedy) {
        this.meaning = meaning;
        this.remedy = remedy;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
