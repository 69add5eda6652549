/** Operators of one task behind one another, called without a record of Kafka Streams in between. */
package millrace.topology.chain;
