package millrace.topology.function;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** A path into JSON: {@code $}, then {@code .name}, {@code ['name']} or {@code [n]}. Reads only as far as it must. */
public final class JsonPath {
    private static final JsonFactory JSON = new JsonFactory();

    private final List<Object> steps;

    private JsonPath(List<Object> steps) {
        this.steps = steps;
    }

    /** @throws FunctionFailure if the text is not such a path */
    public static JsonPath parse(String text) {
        String path = text.strip().replaceFirst("^(lax|strict)\\s+", "");
        List<Object> steps = new ArrayList<>();
        int i = 1;
        boolean good = path.startsWith("$");
        while (good && i < path.length()) {
            int end;
            if (path.charAt(i) == '.') {
                end = i + 1;
                while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                    end++;
                }
                String name = path.substring(i + 1, end);
                good = !name.isEmpty() && !name.equals("*");
                steps.add(name.matches("\".*\"") ? name.substring(1, name.length() - 1) : name);
            } else {
                end = path.indexOf(']', i) + 1;
                String inner = path.charAt(i) == '[' && end > 0 ? path.substring(i + 1, end - 1).strip() : "";
                if (inner.matches("\\d{1,9}")) {
                    steps.add(Integer.valueOf(inner));
                } else if (inner.matches("'[^']*'|\"[^\"]*\"")) {
                    steps.add(inner.substring(1, inner.length() - 1));
                } else {
                    good = false;
                }
            }
            i = end;
        }
        if (!good) {
            throw new FunctionFailure("'" + text + "' is not a path such as $.a.b[0]");
        }
        return new JsonPath(List.copyOf(steps));
    }

    String scalar(String json) {
        return at(json, p -> p.currentToken().isScalarValue() && p.currentToken() != JsonToken.VALUE_NULL
                ? p.getText()
                : null);
    }

    String structure(String json) {
        return at(json, p -> {
            if (!p.currentToken().isStructStart()) {
                return null;
            }
            StringWriter out = new StringWriter();
            try (JsonGenerator generator = JSON.createGenerator(out)) {
                generator.copyCurrentStructure(p);
            }
            return out.toString();
        });
    }

    boolean exists(String json) {
        return at(json, p -> "") != null;
    }

    private interface Reader {
        String read(JsonParser p) throws IOException;
    }

    private String at(String json, Reader reader) {
        try (JsonParser p = JSON.createParser(json)) {
            if (p.nextToken() == null) {
                return null;
            }
            for (Object step : steps) {
                if (!enter(p, step)) {
                    return null;
                }
            }
            return reader.read(p);
        } catch (IOException e) {
            return null;
        }
    }

    private static boolean enter(JsonParser p, Object step) throws IOException {
        if (step instanceof Integer index) {
            if (p.currentToken() != JsonToken.START_ARRAY) {
                return false;
            }
            for (int i = 0; p.nextToken() != JsonToken.END_ARRAY; i++) {
                if (i == index) {
                    return true;
                }
                p.skipChildren();
            }
            return false;
        }
        if (p.currentToken() != JsonToken.START_OBJECT) {
            return false;
        }
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = p.currentName().equals(step);
            p.nextToken();
            if (found) {
                return true;
            }
            p.skipChildren();
        }
        return false;
    }

    /** The path of one place in an expression: kept while the text stays the same. */
    public static final class Kept {
        private String text;
        private JsonPath path;

        public JsonPath of(String newText) {
            if (path == null || !newText.equals(text)) {
                path = parse(newText);
                text = newText;
            }
            return path;
        }
    }
}
