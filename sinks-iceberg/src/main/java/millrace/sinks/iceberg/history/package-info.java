/** The records of a topic as its bronze table has kept them, given back in the order of their offsets. */
package millrace.sinks.iceberg.history;
