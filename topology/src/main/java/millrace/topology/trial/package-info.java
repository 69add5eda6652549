/** Model tests: rows given and rows expected, run through the compiled pipeline in this process, without a broker. */
package millrace.topology.trial;
