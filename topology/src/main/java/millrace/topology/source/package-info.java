/** From the bytes of a source topic to rows with a time, or to quarantine. */
package millrace.topology.source;
