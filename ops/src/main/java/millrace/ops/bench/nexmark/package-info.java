/** Nexmark: an auction house as a stream of events, and the queries over it that streaming engines are measured by. */
package millrace.ops.bench.nexmark;
