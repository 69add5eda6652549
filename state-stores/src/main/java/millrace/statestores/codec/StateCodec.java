package millrace.statestores.codec;

/**
 * The byte layout of a remembered value. Every layout starts with a version byte, so that a later release reads what an
 * earlier one wrote.
 */
public interface StateCodec<T> {
    byte[] encode(T value);

    /** @throws UnknownLayoutException if a newer release wrote the bytes */
    T decode(byte[] bytes);
}
