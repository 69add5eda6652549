/** What a replay would read, write and cost, and which kind of replay is exact; decided without changing anything. */
package millrace.replay.plan;
