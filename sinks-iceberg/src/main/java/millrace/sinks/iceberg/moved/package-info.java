/** Where the rows of files went that a rewrite has put into other files. */
package millrace.sinks.iceberg.moved;
