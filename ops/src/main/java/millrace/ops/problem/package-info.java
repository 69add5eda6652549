/** What can go wrong in running a platform, as codes with a remedy. */
package millrace.ops.problem;
