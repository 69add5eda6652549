package millrace.statestores.codec;

/** State was written in a layout that this release does not know. */
public final class UnknownLayoutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnknownLayoutException(String what, int version, int newest) {
        super(what + " is stored in layout " + version + ", this release reads up to " + newest
                + ": run the release that wrote it, or a newer one.");
    }

    /** Reads the version byte that opens a layout. */
    public static int requireVersion(String what, byte[] bytes, int newest) {
        int version = bytes[0] & 0xff;
        if (version == 0 || version > newest) {
            throw new UnknownLayoutException(what, version, newest);
        }
        return version;
    }
}
