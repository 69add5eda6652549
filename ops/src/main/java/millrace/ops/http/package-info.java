/** The status of a platform over HTTP: JSON, metrics, health, and one page for people. */
package millrace.ops.http;
