/** What a table holds: its rows, its live files, and the facts its owner asks for. */
package millrace.sinks.iceberg.read;
