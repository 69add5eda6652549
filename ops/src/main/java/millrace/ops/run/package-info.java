/** The roles of a process: which part of a platform's work it does. */
package millrace.ops.run;
