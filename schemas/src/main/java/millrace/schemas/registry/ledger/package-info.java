/** A schema registry as a pure state machine: what each request means, and the events that a journal keeps. */
package millrace.schemas.registry.ledger;
