/** Other states of a table beside its main one: branches that rows land on, and tags that keep a snapshot. */
package millrace.sinks.iceberg.branch;
