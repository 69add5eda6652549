/** Rows of data files that are no longer live. */
package millrace.sinks.iceberg.delete;
