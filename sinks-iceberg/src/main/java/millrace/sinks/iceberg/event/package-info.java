/** What stage workers and committers tell each other over the control topic, and the positions that tables carry. */
package millrace.sinks.iceberg.event;
