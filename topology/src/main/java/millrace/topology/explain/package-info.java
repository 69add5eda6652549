/** Plans as people read them: text, and which column comes from which. */
package millrace.topology.explain;
