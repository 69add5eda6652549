/** Which partition of an output topic a record goes to. */
package millrace.topology.route;
