/** A pipeline folder as its author writes it, the profile it runs under, and the data folder it runs on. */
package millrace.ops.project;
