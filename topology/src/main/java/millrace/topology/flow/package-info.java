/** What flows between operators: rows that change a result, and how far time has come. */
package millrace.topology.flow;
