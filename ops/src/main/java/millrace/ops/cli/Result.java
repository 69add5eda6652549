package millrace.ops.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import picocli.CommandLine.Option;

/** How a result is shown: {@code -o text} for people, {@code -o json} for programs. */
final class Result {
    @Option(names = {"-o",
            "--output"}, paramLabel = "text|json", defaultValue = "text", description = "Form of the result on standard output: ${COMPLETION-CANDIDATES}. Default: text.")
    private Form form = Form.text;

    /** As typed. */
    enum Form {
        text, json
    }

    boolean isJson() {
        return form == Form.json;
    }

    /** One JSON document, with durations and times in ISO-8601. */
    static String json(Object value) {
        try {
            return Json.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One JSON document on one line. */
    static String jsonLine(Object value) {
        try {
            return Json.MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads what {@link #json(Object)} or the API wrote. */
    static <T> T read(String json, Class<T> type) throws java.io.IOException {
        return Json.MAPPER.readValue(json, type);
    }

    static Map<String, Object> json(Problem problem) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("code", problem.code().name());
        problem.place().ifPresent(p -> out.put("place", place(p)));
        if (!problem.subject().isEmpty()) {
            out.put("subject", problem.subject());
        }
        out.put("message", problem.message());
        if (!problem.remedy().isEmpty()) {
            out.put("remedy", problem.remedy());
        }
        return out;
    }

    static List<Map<String, Object>> json(List<Problem> problems) {
        return problems.stream().map(Result::json).toList();
    }

    private static Map<String, Object> place(Place p) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("file", p.file());
        if (p.line() > 0) {
            out.put("line", p.line());
        }
        if (p.column() > 0) {
            out.put("column", p.column());
        }
        return out;
    }

    /** Loaded only when JSON is asked for: short commands stay short. */
    private static final class Json {
        static final ObjectMapper MAPPER = JsonMapper.builder().addModule(new Jdk8Module())
                .addModule(new JavaTimeModule())
                .disable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS).enable(SerializationFeature.INDENT_OUTPUT)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
                .build();
    }
}
