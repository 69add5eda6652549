/** Log lines: text or JSON, in a file beside the live view, and none of them too often. */
package millrace.ops.logging;
