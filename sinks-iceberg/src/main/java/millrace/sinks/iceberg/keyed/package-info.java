/** How a table whose rows change by key is staged: where each key's live row is, and what a batch of records kills. */
package millrace.sinks.iceberg.keyed;
