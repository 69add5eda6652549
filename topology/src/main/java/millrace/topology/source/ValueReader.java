package millrace.topology.source;

/** Reads the values of a topic's records into rows of its contract. An instance serves one task. */
interface ValueReader {
    /**
     * The row of a value that is not null; columns nobody needs are null.
     *
     * @throws RefusedException if the value is not a row of the contract
     */
    Object[] read(byte[] value) throws RefusedException;
}
