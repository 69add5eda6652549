/** Small state kept on the heap and written back to a logged store before each commit. */
package millrace.statestores.store;
