/** What happens to a record that cannot be taken: it is written down whole, with the reason, and the stream goes on. */
package millrace.topology.quarantine;
