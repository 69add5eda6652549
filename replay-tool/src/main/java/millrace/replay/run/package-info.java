/** Runs a replay: the same topology under another name, onto a branch of each table. */
package millrace.replay.run;
