/** The functions that SQL may call: the built-in library, and a user's own from jars. */
package millrace.topology.function;
