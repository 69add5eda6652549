/** What a benchmark compares with: the same work in the DSL of Kafka Streams, and nowhere else is that used. */
package millrace.ops.bench.plain;
