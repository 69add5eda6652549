/** Which records that came too late are taken in after all, and what has to be computed anew then. */
package millrace.replay.amend;
