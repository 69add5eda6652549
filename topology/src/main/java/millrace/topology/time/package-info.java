/** The clocks of source partitions, and the watermarks that follow from them. */
package millrace.topology.time;
