/** Who has done what to the tables of a catalog, and what schedules have: tables of the same catalog. */
package millrace.sinks.iceberg.audit;
