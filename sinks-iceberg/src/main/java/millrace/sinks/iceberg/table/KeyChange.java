package millrace.sinks.iceberg.table;

import java.nio.charset.StandardCharsets;

/** What a record of a changelog table does to the row of its key. */
public enum KeyChange {
    /** The row is this one now. */
    UPSERT("upsert"),
    /** There is no such row any more; only the columns of the key are there. */
    DELETE("delete");

    private final String text;
    private final byte[] bytes;

    KeyChange(String text) {
        this.text = text;
        this.bytes = text.getBytes(StandardCharsets.UTF_8);
    }

    /** As the column {@code _change} has it. */
    public String text() {
        return text;
    }

    /** {@link #text} in UTF-8; nobody changes the array. */
    public byte[] utf8() {
        return bytes;
    }
}
