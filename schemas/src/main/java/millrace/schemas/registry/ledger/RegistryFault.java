package millrace.schemas.registry.ledger;

/** A request that the registry refuses, as the protocol tells it: an HTTP status, a finer code and a sentence. */
public final class RegistryFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    private RegistryFault(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** The first three digits are the HTTP status. */
    public int code() {
        return code;
    }

    public int status() {
        return code > 999 ? code / 100 : code;
    }

    static RegistryFault subjectNotFound(String subject) {
        return new RegistryFault(40401, "There is no subject '" + subject + "'.");
    }

    static RegistryFault versionNotFound(String subject, int version) {
        return new RegistryFault(40402, "The subject '" + subject + "' has no version " + version + ".");
    }

    static RegistryFault schemaNotFound(String what) {
        return new RegistryFault(40403, "There is no such schema: " + what + ".");
    }

    static RegistryFault subjectSoftDeleted(String subject) {
        return new RegistryFault(40404,
                "The subject '" + subject + "' is deleted already; permanent=true removes it for good.");
    }

    static RegistryFault subjectNotSoftDeleted(String subject) {
        return new RegistryFault(40405, "The subject '" + subject + "' must be deleted before it is removed for good.");
    }

    static RegistryFault versionSoftDeleted(String subject, int version) {
        return new RegistryFault(40406, "Version " + version + " of '" + subject
                + "' is deleted already; permanent=true removes it for good.");
    }

    static RegistryFault versionNotSoftDeleted(String subject, int version) {
        return new RegistryFault(40407,
                "Version " + version + " of '" + subject + "' must be deleted before it is removed for good.");
    }

    static RegistryFault noSubjectCompatibility(String subject) {
        return new RegistryFault(40408, "The subject '" + subject + "' has no compatibility level of its own.");
    }

    static RegistryFault noSubjectMode(String subject) {
        return new RegistryFault(40409, "The subject '" + subject + "' has no mode of its own.");
    }

    static RegistryFault incompatible(String subject, java.util.List<String> reasons) {
        return new RegistryFault(409, "The schema is incompatible with an earlier one of the subject '" + subject
                + "': " + String.join("; ", reasons));
    }

    static RegistryFault invalidSchema(String reason) {
        return new RegistryFault(42201, "The schema cannot be read: " + reason);
    }

    public static RegistryFault invalidVersion(String version) {
        return new RegistryFault(42202, "The version '" + version
                + "' is neither a number from 1 to 2147483647 nor latest.");
    }

    static RegistryFault invalidCompatibility(String level) {
        return new RegistryFault(42203, "The compatibility level '" + level + "' is none of "
                + java.util.Arrays.toString(io.confluent.kafka.schemaregistry.CompatibilityLevel.values()) + ".");
    }

    static RegistryFault invalidMode(String mode) {
        return new RegistryFault(42204,
                "The mode '" + mode + "' is none of " + java.util.Arrays.toString(SubjectMode.values()) + ".");
    }

    static RegistryFault notPermitted(String reason) {
        return new RegistryFault(42205, reason);
    }

    static RegistryFault referenced(String subject, int version, java.util.Collection<Integer> by) {
        return new RegistryFault(42206,
                "Version " + version + " of '" + subject + "' is referred to by the schemas " + by + ".");
    }

    static RegistryFault invalidSubject(String subject) {
        return new RegistryFault(42208, "'" + subject + "' cannot be the name of a subject.");
    }

    public static RegistryFault badRequest(String reason) {
        return new RegistryFault(422, reason);
    }

    public static RegistryFault notFound(String path) {
        return new RegistryFault(404, "There is nothing at " + path + ".");
    }

    public static RegistryFault notAllowed(String method, String path) {
        return new RegistryFault(405, method + " is not possible at " + path + ".");
    }

    public static RegistryFault storeFailed(String reason) {
        return new RegistryFault(50001, reason);
    }
}
