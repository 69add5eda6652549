/** How files of a table are put into better ones: which, and in what way. */
package millrace.sinks.iceberg.rewrite;
