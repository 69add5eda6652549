/** Makes records that never end, for examples and for load. */
package millrace.ops.generate;
