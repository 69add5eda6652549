/** How a table's files are kept few and large while rows come in. */
package millrace.sinks.iceberg.maintain;
