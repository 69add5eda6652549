/** What can keep a replay from being planned or run. */
package millrace.replay.problem;
