/** From the text of models to plans. Calcite parses, validates and converts, and stops in this package. */
package millrace.topology.sql;
