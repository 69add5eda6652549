/** Where schemas have ids: the registry as this engine needs it, and the adapter to the genuine client. */
package millrace.schemas.registry;
