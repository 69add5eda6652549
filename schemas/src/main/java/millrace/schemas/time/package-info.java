/** How far a stream has come in event time: watermarks, end markers, and what is complete through when. */
package millrace.schemas.time;
