/** A run that stays behind another one, so that it knows everything that the other has decided about what it reads. */
package millrace.topology.follow;
