/** Measures a whole platform from the outside, and itself adds as little to it as it can. */
package millrace.ops.bench;
