/** A model as its author writes it: one SELECT and its properties. */
package millrace.topology.model;
