package millrace.ops.run;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** A part of the work that a process can do. Scaling out is starting more processes with a role. */
public enum Role {
    /** Runs the models: reads the contracts' topics, writes the models' topics and quarantine. */
    STREAM("runs the models"),
    /** Writes rows into data files and proposes them. */
    STAGE("writes data files"),
    /** Commits proposed files to tables. */
    COMMIT("commits files to tables"),
    /** Rewrites the files of tables, so that they stay few and large. */
    MAINTAIN("keeps the files of tables few and large"),
    /** Serves the API and the status page, and keeps the schedules. */
    CONTROL("serves the API and the status page, keeps the schedules");

    public static final Set<Role> ALL = Collections.unmodifiableSet(EnumSet.allOf(Role.class));

    private final String does;

    Role(String does) {
        this.does = does;
    }

    /** As users write it: lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it does, for help texts. */
    public String does() {
        return does;
    }

    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(r -> r.word().equalsIgnoreCase(word.strip())).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(Role::word).toList();
    }
}
