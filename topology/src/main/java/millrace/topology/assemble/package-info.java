/** From plans to a Kafka Streams topology whose names never change. */
package millrace.topology.assemble;
