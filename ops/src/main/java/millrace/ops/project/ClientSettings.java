package millrace.ops.project;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Settings that pass to a client under their own names. {@link #toString()} never shows a secret. */
public record ClientSettings(Map<String, Secret> entries) {
    public static final ClientSettings NONE = new ClientSettings(Map.of());

    public ClientSettings {
        entries = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /** Settings without anything secret in them. */
    public static ClientSettings of(Map<String, String> plain) {
        Map<String, Secret> entries = new LinkedHashMap<>();
        plain.forEach((k, v) -> entries.put(k, new Secret(v, v)));
        return new ClientSettings(entries);
    }

    /** With the secrets in: for the client only. */
    public Map<String, String> reveal() {
        Map<String, String> out = new LinkedHashMap<>();
        entries.forEach((k, v) -> out.put(k, v.reveal()));
        return out;
    }

    /** As written in the file: for people. */
    public Map<String, String> shown() {
        Map<String, String> out = new LinkedHashMap<>();
        entries.forEach((k, v) -> out.put(k, v.toString()));
        return out;
    }

    public Optional<String> get(String name) {
        return Optional.ofNullable(entries.get(name)).map(Secret::reveal);
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    @Override
    public String toString() {
        return shown().toString();
    }
}
