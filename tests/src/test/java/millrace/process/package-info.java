/** Real processes for tests: started, killed, started again. */
package millrace.process;
