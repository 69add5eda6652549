/** What another text of a pipeline means for one that runs: what goes on, what rolls, what has to be computed again. */
package millrace.topology.change;
