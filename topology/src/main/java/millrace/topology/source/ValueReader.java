package millrace.topology.source;

import millrace.schemas.wire.Malformed;

/** Reads the values of a topic's records into rows of its contract. An instance serves one task. */
interface ValueReader {
    /**
     * The row of a value that is not null; columns nobody needs are null.
     *
     * @throws Malformed if the bytes are not a row of the contract
     * @throws RefusedException if no value of this kind can be
     */
    Object[] read(byte[] value) throws Malformed, RefusedException;
}
