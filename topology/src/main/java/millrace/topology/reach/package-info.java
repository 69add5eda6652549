/** How far around a moment a model looks at what it reads: what a replay of a range has to read beside it. */
package millrace.topology.reach;
