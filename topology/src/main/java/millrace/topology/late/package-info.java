/** What happens to a row that comes too late for its window: it is set aside whole, with the verdict. */
package millrace.topology.late;
