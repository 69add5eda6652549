/** Records that Kafka has let go, taken from where they were kept as if it still had them. */
package millrace.topology.archive;
