/** Which models a person means, in the words that dbt has for it. */
package millrace.replay.select;
