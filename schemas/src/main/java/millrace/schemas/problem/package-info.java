/** What went wrong, in the user's words: a code, a place, what was found, what was expected and what to do. */
package millrace.schemas.problem;
