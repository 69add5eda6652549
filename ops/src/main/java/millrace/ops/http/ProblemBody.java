package millrace.ops.http;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.micronaut.http.HttpStatus;

import millrace.schemas.problem.Problem;

/**
 * An error as RFC 9457 has it, with our code and remedy beside.
 *
 * @param type where the code is explained; {@code about:blank} if the status says it all
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record ProblemBody(String type, String title, int status, String detail, String instance, String code, String remedy,
        List<String> errors) {
    static final String MEDIA_TYPE = "application/problem+json";

    static ProblemBody of(HttpStatus status, String detail, String instance) {
        return new ProblemBody("about:blank", status.getReason(), status.getCode(), detail, instance, "", "",
                List.of());
    }

    static ProblemBody of(HttpStatus status, Problem problem, String instance) {
        return new ProblemBody("urn:millrace:error:" + problem.code().name(), problem.code().meaning(),
                status.getCode(), problem.message(), instance, problem.code().name(), problem.remedy(), List.of());
    }

    ProblemBody withErrors(List<String> messages) {
        return new ProblemBody(type, title, status, detail, instance, code, remedy, messages);
    }
}
