package millrace.topology.model;

import java.util.List;

/**
 * One key of a model's {@code config}. The reader, the editors' JSON Schema and {@code docs/configuration.md} are made
 * from the same list.
 *
 * @param fallback what holds when it is absent, as a user would write it; empty if nothing does
 * @param description one or two sentences
 */
public record ModelKey(String name, Form form, String fallback, String description) {

    /** The form of a value. */
    public enum Form {
        COLUMNS("a name, or a list of them"), DURATION("duration, or forever"), SIZE("size"), BOOLEAN(
                "true or false"),
        MATERIALIZED("append, upsert or scd2"), MERGE("latest_non_null"), NUMBER("whole number"), WORD("one word"),
        EMISSION("final, or early(duration)"),
        PROPERTIES("mapping");

        private final String words;

        Form(String words) {
            this.words = words;
        }

        /** As documentation names it. */
        public String words() {
            return words;
        }
    }

    /** The keys of {@code config}; besides them each key that begins with {@code iceberg.} is a table property. */
    public static final List<ModelKey> CONFIG = List.of(
            new ModelKey("unique_key", Form.COLUMNS, "",
                    "Columns that identify a row. They become the key of the records in the model's topic."),
            new ModelKey("materialized", Form.MATERIALIZED, "`upsert` if rows change, else `append`",
                    "What the table keeps: `append`, the rows as they are given out, and of rows that change every change; "
                            + "`upsert`, the newest row of each `unique_key`; or `scd2`, every version of each "
                            + "`unique_key` with the columns `valid_from`, `valid_to` and `is_current`."),
            new ModelKey("merge", Form.MERGE, "",
                    "`latest_non_null`: rows of one `unique_key` become one, of which each column has its last value that is "
                            + "not NULL, by event time. A row that says less than others, such as one of an older schema "
                            + "that comes late, takes nothing away. Needs `retention: forever`."),
            new ModelKey("emit", Form.EMISSION, "final",
                    "When the rows of windows and sessions are given out: `final`, when they close; or `early(30s)`, "
                            + "what there is so far every 30 s too. Early rows go to the model's topic and table, where "
                            + "the final one takes their place; models that read this one do not see them."),
            new ModelKey("retention", Form.DURATION, "`defaults.retention`",
                    "How long the model's operators remember."),
            new ModelKey("salt", Form.NUMBER, "",
                    "How many tasks share the rows that the left side of a join has of one key, for keys that have most of "
                            + "them; each row of the right side goes to all of these tasks."),
            new ModelKey("partition_by", Form.COLUMNS, "",
                    "Columns or transforms: `day(ordered_at)`, `bucket(16, customer)`, `truncate(4, sku)`."),
            new ModelKey("sort_by", Form.COLUMNS, "",
                    "Columns that each data file is sorted by, each optionally with `asc` or `desc`; or "
                            + "`\"zorder(region, at)\"`, whose columns all narrow down what a reader reads of rewritten files."),
            new ModelKey("target_file_size", Form.SIZE, "`defaults.target_file_size`",
                    "Data files roll at this size; at least 1MiB."),
            new ModelKey("publish", Form.WORD, "continuous",
                    "When rows become visible; `continuous` in this version."),
            new ModelKey("serve", Form.BOOLEAN, "false", "Point look-ups; `false` in this version."),
            new ModelKey("topic", Form.BOOLEAN, "true",
                    "Whether the model's rows go to a topic, which other models and the table read; `true` in this version."),
            new ModelKey("table_properties", Form.PROPERTIES, "",
                    "Iceberg table properties by their own names; they win over `defaults.iceberg.table`."));

    static List<String> names() {
        return CONFIG.stream().map(ModelKey::name).toList();
    }
}
