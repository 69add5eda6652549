package millrace.ops.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace init}. */
@Command(name = "init", mixinStandardHelpOptions = true, header = "Makes a new pipeline folder that works.", description = {
        "",
        "Writes a contract, a model, profiles and a few sample events, each with comments where a newcomer has to choose. The folder validates and runs as it is."}, footer = {
                "", "Examples:", "  millrace init shop", "  cd shop && millrace validate && millrace dev",
                "  millrace load orders --file samples/orders.csv       (in another terminal)",
                "  millrace query \"select * from silver.orders\""})
final class InitCommand extends Main.Subcommand {
    private static final List<String> FILES = List.of("millrace.yaml", "profiles.yaml", "gitignore",
            "contracts/orders.odcs.yaml", "models/silver/orders.sql", "models/silver/silver.yml",
            "models/silver/orders.test.yml", "samples/orders.csv",
            "README.md");

    @Mixin
    private Result result;

    @Parameters(index = "0", paramLabel = "<folder>", description = "New folder; its name becomes the pipeline's.")
    private Path folder;

    @Override
    ExitCode run() throws IOException {
        Path root = terminal().resolve(folder);
        refuseUsed(root);
        String name = name(root);
        for (String file : FILES) {
            Path target = root.resolve(file.equals("gitignore") ? ".gitignore" : file);
            Files.createDirectories(target.getParent());
            Files.writeString(target, template(file).replace("{{name}}", name));
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(Map.of("folder", root.toString(), "name", name, "files", FILES.stream()
                    .map(f -> f.equals("gitignore") ? ".gitignore" : f).toList())));
        } else {
            terminal().out().println("Made the pipeline \"" + name + "\" in " + root);
            terminal().out()
                    .println("next:  cd " + folder + "   millrace validate   millrace dev   (see README.md there; "
                            + "`millrace` is " + terminal().home().resolve("millrace") + ")");
        }
        return ExitCode.OK;
    }

    private void refuseUsed(Path root) throws IOException {
        if (Files.isDirectory(root)) {
            try (Stream<Path> files = Files.list(root)) {
                if (files.findAny().isEmpty()) {
                    return;
                }
            }
        } else if (!Files.exists(root)) {
            return;
        }
        throw new ProblemException(Problem.of(OpsProblem.FOLDER_NOT_EMPTY, folder.toString(),
                root + " is there already and not empty; nothing was written.")
                .withRemedy(OpsProblem.FOLDER_NOT_EMPTY.remedy()));
    }

    private static String name(Path root) {
        String name = root.getFileName().toString().toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9_-]+", "-")
                .replaceAll("^[^a-z]+", "").replaceAll("-+$", "");
        return name.isEmpty() ? "pipeline" : name;
    }

    private static String template(String file) throws IOException {
        try (InputStream in = InitCommand.class.getResourceAsStream("/init/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
