/** The moment before a task's offsets, output and state are committed together. */
package millrace.statestores.commit;
