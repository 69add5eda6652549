/** A pipeline that runs: prepared, started, watched, blocked and resumed, stopped. */
package millrace.topology.run;
