package millrace.schemas.wire;

/** Reads the bytes of one record into a row. An instance serves one thread at a time. */
public interface RowDecoder {
    /**
     * The values of a row, in the order of the target's fields; columns nobody needs are null. The array is the
     * caller's.
     *
     * @throws Malformed if the bytes are not a whole record, or a required column has no value
     */
    Object[] decode(byte[] bytes, int offset, int length) throws Malformed;
}
