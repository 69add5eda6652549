package millrace.sinks.iceberg.table;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong between a topic and its table. */
public enum SinkProblem implements ProblemCode {
    PARTITION_UNREADABLE("A partition_by entry is not a transform of a column of the table.",
            "Write a column, or year|month|day|hour(column), bucket(n, column), truncate(width, column)."),
    SORT_UNREADABLE("A sort_by entry is not a column of the table with an optional asc or desc.",
            "Write a column of the table, optionally followed by asc or desc."),
    COLUMN_RESERVED("A record has a column whose name the sink uses for the origin of a row.",
            "Rename the column; names such as _offset and _key belong to the sink."),
    COLUMN_INCOMPATIBLE("A record's column has a type that its table's column can neither hold nor be widened to.",
            "Give the changed column a new name, or drop or rename the table's column; rows wait in the topic meanwhile."),
    RECORD_UNREADABLE("A record of a topic that the engine writes itself cannot be decoded.",
            "Something else wrote to the topic; find it by the offset, and skip or remove that record."),
    CATALOG_UNUSABLE("The catalog cannot be opened with the properties given.",
            "Check the iceberg.* properties of the profile: type or catalog-impl, uri, warehouse, io-impl."),
    TABLE_FORMAT("The table's format or layout is not one that the sink writes.",
            "Use Parquet data files and format version 2 or 3, and a table that the sink created."),
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
