/** Replays of a deployed pipeline: what they are planned by, run with, and leave behind. */
package millrace.ops.replay;
