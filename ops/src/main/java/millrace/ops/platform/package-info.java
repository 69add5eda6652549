/** A platform in one process: the embedded services if it brings its own, its roles, its API, in the right order. */
package millrace.ops.platform;
