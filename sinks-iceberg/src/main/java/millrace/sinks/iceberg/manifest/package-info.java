/** Manifests, which say where a table's files are: small ones are put together, and files of a partition side by side. */
package millrace.sinks.iceberg.manifest;
