/** The real services a platform needs, in this process and on one data folder: broker, registry, ports. */
package millrace.ops.embedded;
