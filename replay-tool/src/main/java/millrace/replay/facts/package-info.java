/** What a cluster says of topics before a replay of them is planned. */
package millrace.replay.facts;
