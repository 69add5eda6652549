/** How what a replay has given takes the place of what the tables have, and how that is taken back. */
package millrace.replay.publish;
