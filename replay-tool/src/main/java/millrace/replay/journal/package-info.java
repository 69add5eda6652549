/** What has become of replays, written down where every process of a pipeline finds it. */
package millrace.replay.journal;
