/** From a project's files to what runs: a pipeline, its topics, and a table for each of them. */
package millrace.ops.deploy;
