/** The sink as processes run it: stage workers and committers on Kafka and a catalog, and what they say of themselves. */
package millrace.sinks.iceberg.run;
