/** Measurements to run by hand; nothing here asserts a speed. */
package millrace.bench;
