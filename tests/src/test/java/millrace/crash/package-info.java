/** Kills real processes under load, then compares every table with what was produced, key by key. */
package millrace.crash;
