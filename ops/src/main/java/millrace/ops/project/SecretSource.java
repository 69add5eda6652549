package millrace.ops.project;

import millrace.ops.problem.OpsProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.yaml.YamlNode;

/**
 * Where the secrets that settings name come from.
 *
 * @param environment variables by name
 * @param folder that relative paths of {@code ${file:path}} start from
 */
public record SecretSource(Map<String, String> environment, Path folder) {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(file:)?([^}]*)}");
    private static final Set<String> SECRET_WORDS = Set.of("password", "secret", "token", "credential", "apikey",
            "user.info", "jaas.config", "keystore.key", "access-key", "account-key");
    private static final Set<String> NOT_SECRET = Set.of("token-refresh", "token.endpoint", "token-exchange",
            "token-expires", "token-audience");
    private static final Pattern PASSWORD_INSIDE = Pattern.compile("(?i)(password|secret)\\s*=\\s*[\"']?([^\"'\\s;]+)");

    /** Puts the secrets in; a secret that is missing, or that stands in the file as plain text, is noted as a problem. */
    Optional<Secret> resolve(String key, YamlNode node) {
        return node.asText().flatMap(text -> {
            if (isPlainSecret(key, text)) {
                node.problem(Problem.at(OpsProblem.SECRET_IN_FILE, node.place(),
                        "\"" + key + "\" holds a secret as plain text.")
                        .withRemedy(
                                "Write ${ENV_NAME} or ${file:path} in its place, and change the secret: it was in a file."));
                return Optional.empty();
            }
            return fill(key, node, text).map(value -> new Secret(text, value));
        });
    }

    private Optional<String> fill(String key, YamlNode node, String text) {
        Matcher m = REFERENCE.matcher(text);
        StringBuilder out = new StringBuilder();
        boolean complete = true;
        while (m.find()) {
            Optional<String> value = m.group(1) == null ? variable(m.group(2)) : file(m.group(2));
            if (value.isEmpty()) {
                complete = false;
                node.problem(OpsProblem.SECRET_MISSING, m.group(1) == null
                        ? "\"" + key + "\" needs the environment variable " + m.group(2) + ", which is not set."
                        : "\"" + key + "\" needs the file " + m.group(2) + ", which cannot be read.");
            }
            m.appendReplacement(out, Matcher.quoteReplacement(value.orElse("")));
        }
        return complete ? Optional.of(m.appendTail(out).toString()) : Optional.empty();
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    private Optional<String> file(String path) {
        try {
            return Optional.of(Files.readString(folder.resolve(path)).strip());
        } catch (IOException | java.nio.file.InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static boolean isPlainSecret(String key, String text) {
        String k = key.toLowerCase(Locale.ROOT);
        if (NOT_SECRET.stream().anyMatch(k::contains) || SECRET_WORDS.stream().noneMatch(k::contains)) {
            return false;
        }
        if (k.contains("jaas.config")) {
            return PASSWORD_INSIDE.matcher(text).results().anyMatch(r -> !r.group(2).startsWith("${"));
        }
        return !text.isBlank() && !REFERENCE.matcher(text).find();
    }

    /** The same problem without its excerpt if that line may hold a secret: no message may print one. */
    static Problem withoutSecretLine(Problem problem) {
        Optional<Place> bare = problem.place().map(p -> p.excerpt().filter(SecretSource::mayHoldSecret).isPresent()
                ? Place.line(p.file(), p.line())
                : p);
        return new Problem(problem.code(), bare, problem.subject(), problem.message(), problem.remedy());
    }

    private static boolean mayHoldSecret(String line) {
        String lower = line.toLowerCase(Locale.ROOT);
        return SECRET_WORDS.stream().anyMatch(lower::contains) || lower.contains("passwd") || lower.contains("pwd");
    }
}
