package millrace.topology.source;

import millrace.topology.quarantine.Refusal;

/** A record is refused; carries no stack trace, so that poison costs little. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    RefusedException(Refusal refusal) {
        super(refusal.reason().name(), null, false, false);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
