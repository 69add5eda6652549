/** Takes out of a table what nobody will ask for any more: old snapshots, and files that no snapshot has. */
package millrace.sinks.iceberg.expire;
