/** How rows with equal keys meet in one task: through a topic of the pipeline's own, in order with how far time has come. */
package millrace.topology.exchange;
