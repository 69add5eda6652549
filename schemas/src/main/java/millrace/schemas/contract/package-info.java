/** One versioned promise about one topic: fields, meaning, key, event time, disorder, expectations, owner. */
package millrace.schemas.contract;
