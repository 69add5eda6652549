/** Records of a partition that go through Kafka Streams as one, since each one that it sees costs it more than it costs us. */
package millrace.topology.bundle;
