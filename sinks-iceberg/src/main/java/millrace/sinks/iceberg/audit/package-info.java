/** Who has done what to the tables of a catalog, and when: a table of the same catalog. */
package millrace.sinks.iceberg.audit;
