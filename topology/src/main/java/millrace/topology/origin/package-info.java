/** Where a row came from: the topic of a contract, and the record in it. */
package millrace.topology.origin;
