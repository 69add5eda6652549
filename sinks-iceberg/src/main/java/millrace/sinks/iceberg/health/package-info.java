/** How a table is, as it says itself: size, files, position, and what its newest commits added. */
package millrace.sinks.iceberg.health;
