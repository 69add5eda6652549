/** Brings a bounded set of rows into a contract's topic, once, and says that it is complete. */
package millrace.ops.load;
