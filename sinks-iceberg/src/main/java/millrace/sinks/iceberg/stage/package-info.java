/** From a topic to closed files and proposals: reads where the table ends, writes, proposes, and hears what became of it. */
package millrace.sinks.iceberg.stage;
