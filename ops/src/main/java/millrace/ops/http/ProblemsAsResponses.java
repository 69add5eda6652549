package millrace.ops.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** Answers with the problem that a request ran into. */
@Singleton
@Produces(ProblemBody.MEDIA_TYPE)
class ProblemsAsResponses implements ExceptionHandler<ProblemException, HttpResponse<ProblemBody>> {
    @Override
    @SuppressWarnings("rawtypes") // the signature is the framework's
    public HttpResponse<ProblemBody> handle(HttpRequest request, ProblemException exception) {
        Problem problem = exception.problems().getFirst();
        HttpStatus status = problem.code() == OpsProblem.TABLE_UNKNOWN || problem.code() == OpsProblem.SCHEDULE_UNKNOWN
                ? HttpStatus.NOT_FOUND
                : problem.code() == OpsProblem.UNREACHABLE ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.BAD_REQUEST;
        return HttpResponse.<ProblemBody>status(status).body(ProblemBody.of(status, problem, request.getPath()))
                .contentType(ProblemBody.MEDIA_TYPE);
    }
}
