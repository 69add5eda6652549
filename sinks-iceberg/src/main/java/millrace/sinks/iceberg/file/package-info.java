/** From Kafka records to closed data files that no table refers to yet. */
package millrace.sinks.iceberg.file;
