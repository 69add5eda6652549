package millrace.ops.http;

import java.util.List;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.Error;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import jakarta.inject.Singleton;

/** Gives every error that the server itself finds (no such path, wrong method, bad value) the form of a problem. */
@Singleton
class ErrorsAsProblems implements ErrorResponseProcessor<ProblemBody> {
    @Override
    public MutableHttpResponse<ProblemBody> processResponse(ErrorContext context, MutableHttpResponse<?> response) {
        HttpStatus status = HttpStatus.valueOf(response.code());
        List<String> messages = context.getErrors().stream().map(Error::getMessage).toList();
        String path = context.getRequest().getPath();
        ProblemBody body = switch (status) {
            case NOT_FOUND -> ProblemBody.of(status, "Nothing is served at " + path + "; /openapi lists what is.",
                    path);
            case INTERNAL_SERVER_ERROR -> ProblemBody.of(status, "This is a fault of the server; its log says more.",
                    path);
            default -> ProblemBody.of(status, messages.isEmpty() ? status.getReason() : messages.getFirst(), path)
                    .withErrors(messages.size() > 1 ? messages : List.of());
        };
        MutableHttpResponse<ProblemBody> answer = HttpResponse.<ProblemBody>status(status).body(body)
                .contentType(ProblemBody.MEDIA_TYPE);
        response.getHeaders().forEach((name, values) -> {
            if (name.equalsIgnoreCase("Allow")) {
                values.forEach(v -> answer.header(name, v));
            }
        });
        return answer;
    }
}
