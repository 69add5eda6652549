/** What becomes of a table's partitions as they grow old: which tier they belong to, and when their rows leave the table. */
package millrace.sinks.iceberg.age;
