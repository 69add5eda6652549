/** What is done again and again: when it is due, what it waits for, what has become of it. */
package millrace.ops.schedule;
