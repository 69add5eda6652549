package millrace.ops.http;

import java.nio.file.Path;
import java.util.List;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.resolve.DirectoryCodeResolver;

/** Turns the page templates into classes; the build runs it. */
final class PageCompiler {
    static final String PACKAGE = "millrace.ops.http.pages";

    private PageCompiler() {}

    public static void main(String[] args) {
        var engine = TemplateEngine.create(new DirectoryCodeResolver(Path.of(args[0])), Path.of(args[1]),
                ContentType.Html, null, PACKAGE);
        engine.setTrimControlStructures(true);
        engine.precompileAll(List.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator)));
    }
}
