/** From expressions to one Java class per operator. */
package millrace.topology.compile;
