/** Iceberg tables as the sink needs them: created, evolved, read and located. */
package millrace.sinks.iceberg.table;
