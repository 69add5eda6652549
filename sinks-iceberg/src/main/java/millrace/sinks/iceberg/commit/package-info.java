/** Which proposals become part of a table, in which order, once; and the only place that changes a table. */
package millrace.sinks.iceberg.commit;
