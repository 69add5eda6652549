package millrace.ops.http;

import java.io.IOException;
import java.io.InputStream;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.info.Info;

/** The description of this API, written at build time from the controllers. */
@OpenAPIDefinition(info = @Info(title = "millrace", version = "v1", description = "The status of a Millrace platform. "
        + "Durations are seconds, times are ISO 8601 in UTC, errors are problem details by RFC 9457."))
@Controller("/openapi")
@Hidden
class OpenApiController {
    @Get(produces = "application/yaml")
    HttpResponse<byte[]> document() throws IOException {
        try (InputStream in = OpenApiController.class.getResourceAsStream("/META-INF/swagger/millrace-v1.yml")) {
            return HttpResponse.ok(in.readAllBytes());
        }
    }
}
