/** What a plan's nodes do with rows, one class per kind of node. */
package millrace.topology.operator;
