/** The command line: reads what was asked, calls what does it, shows what came of it. */
package millrace.ops.cli;
