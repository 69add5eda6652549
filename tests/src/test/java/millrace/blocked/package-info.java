/** What makes a pipeline stand still: each cause set in on a real platform, seen wherever one looks, cured, and nothing lost. */
package millrace.blocked;
