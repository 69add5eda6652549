/** Rows as bytes: Confluent's framing, Avro binary and JSON, read and written without record objects between. */
package millrace.schemas.wire;
