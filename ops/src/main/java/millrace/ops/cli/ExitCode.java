package millrace.ops.cli;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import millrace.schemas.problem.Problem;

/** What a command's exit code says to a script. */
public enum ExitCode {
    OK(0, "done, nothing wrong"), PROBLEM(1, "something asked for is wrong; the message says what"), USAGE(2,
            "the command line itself cannot be read"),
    UNAVAILABLE(3,
            "blocked, in use or not reachable now; the same command may work later"),
    FAULT(4,
            "a fault in Millrace itself");

    private static final Set<String> NOT_NOW = Set.of("NOT_RUNNING", "UNREACHABLE", "DATA_LOCKED", "PORT_IN_USE",
            "BROKER_START_FAILED", "CATALOG_UNUSABLE", "CATALOG_UNAVAILABLE", "REGISTRY_UNAVAILABLE",
            "BROKER_UNAVAILABLE", "STORAGE_FULL", "STORAGE_LOW");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    public int code() {
        return code;
    }

    String meaning() {
        return meaning;
    }

    static ExitCode of(Iterable<Problem> problems) {
        for (Problem p : problems) {
            if (NOT_NOW.contains(p.code().name())) {
                return UNAVAILABLE;
            }
        }
        return PROBLEM;
    }

    /** For the foot of every help page. */
    static String legend() {
        return Arrays.stream(values()).map(c -> "  " + c.code + "   " + c.meaning).collect(Collectors.joining("%n"));
    }
}
