/** How a platform is, computed from its topics and tables alone, so that a restart forgets nothing. */
package millrace.ops.observe;
