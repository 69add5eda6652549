/** Byte layouts of remembered values, each with a version. */
package millrace.statestores.codec;
