/** Plans into cheaper plans that give the same rows; each rewrite is one file. */
package millrace.topology.rewrite;
