/** Aggregate functions: what each remembers of a group, whatever the order in which the rows come. */
package millrace.topology.aggregate;
