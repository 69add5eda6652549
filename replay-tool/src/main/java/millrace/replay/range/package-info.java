/** From what a person says (a time, an offset, the beginning) to exact offsets per partition. */
package millrace.replay.range;
