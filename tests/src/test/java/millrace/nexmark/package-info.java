/** The queries of Nexmark, on a real platform that is killed, against another engine over the same events. */
package millrace.nexmark;
