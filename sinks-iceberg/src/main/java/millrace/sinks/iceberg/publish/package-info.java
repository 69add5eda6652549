/** How the rows of a branch or an earlier snapshot take the place of those of a stretch of time in the table itself. */
package millrace.sinks.iceberg.publish;
