/** SQL over files: of Iceberg tables for people who ask, of a user's data for loaders. */
package millrace.ops.query;
