/** Topics as a cluster holds them. */
package millrace.schemas.topic;
