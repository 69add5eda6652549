/** What changed between two versions of a contract, and whom the change would break. */
package millrace.schemas.evolve;
