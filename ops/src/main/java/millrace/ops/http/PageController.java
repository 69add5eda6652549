package millrace.ops.http;

import java.util.Map;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Hidden;

import millrace.ops.observe.StatusSource;

/** The status page, rendered from the same value as {@code /v1/status}. */
@Controller
@Hidden
@ExecuteOn(TaskExecutors.BLOCKING)
class PageController {
    private final StatusSource source;
    private final TemplateEngine templates = TemplateEngine.createPrecompiled(null, ContentType.Html, null,
            PageCompiler.PACKAGE);

    PageController(StatusSource source) {
        this.source = source;
    }

    @Get(produces = MediaType.TEXT_HTML)
    HttpResponse<String> page() {
        return render("page.jte");
    }

    /** What the page replaces itself with, every few seconds. */
    @Get(uri = "/live", produces = MediaType.TEXT_HTML)
    HttpResponse<String> live() {
        return render("live.jte");
    }

    private HttpResponse<String> render(String template) {
        StringOutput out = new StringOutput();
        templates.render(template, Map.of("status", source.status()), out);
        return HttpResponse.ok(out.toString()).header("Cache-Control", "no-store").header("Content-Security-Policy",
                "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
                        + "img-src 'self' data:; frame-ancestors 'none'");
    }
}
