/** What must hold of a plan before it runs; each check is one class, named as the sentence that a user reads. */
package millrace.topology.check;
