/** The embedded schema registry: Confluent's protocol over HTTP, kept in a compacted topic. */
package millrace.ops.registry;
