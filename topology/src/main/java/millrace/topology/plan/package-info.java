/** What a model computes, as immutable values: no Calcite, no Kafka. */
package millrace.topology.plan;
