package millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import millrace.schemas.problem.ProblemCode;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} is written from the codes themselves: {@code mvn verify -Dgolden=accept} renews it. */
class ErrorsDocTest {
    private static final Path DOC = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().getParent()
            .resolve("docs/errors.md");

    @Test
    void theListOfErrorsIsCurrent() throws IOException {
        String expected = document();
        if ("accept".equals(System.getProperty("golden"))) {
            Files.writeString(DOC, expected);
        }
        assertThat(Files.readString(DOC)).isEqualTo(expected);
    }

    @Test
    void aCodeNamesOneThing() {
        assertThat(codes()).extracting(ProblemCode::name).doesNotHaveDuplicates();
        assertThat(codes()).allSatisfy(code -> {
            assertThat(code.name()).matches("[A-Z][A-Z0-9]*(_[A-Z0-9]+)*");
            assertThat(code.meaning()).as(code.name()).endsWith(".");
            assertThat(code.remedy()).as(code.name()).endsWith(".");
        });
    }

    private static String document() {
        StringBuilder text = new StringBuilder("""
            # Errors

            Every message carries one of these codes. The list is written from the code by a test; edit the enums, not
            this file.
            """);
        Class<?> group = null;
        for (ProblemCode code : codes()) {
            Class<?> type = ((Enum<?>) code).getDeclaringClass();
            if (type != group) {
                group = type;
                text.append("\n## ").append(title(type)).append("\n\n| code | what it means | what to do |\n")
                        .append("| --- | --- | --- |\n");
            }
            text.append("| `").append(code.name()).append("` | ").append(code.meaning().replace("|", "\\|"))
                    .append(" | ").append(code.remedy().replace("|", "\\|")).append(" |\n");
        }
        return text.toString();
    }

    /** {@code SinkProblem} of package {@code millrace.sinks.iceberg.event} is "sink". */
    private static String title(Class<?> type) {
        return type.getSimpleName().replaceFirst("Problem$", "").replaceAll("([a-z])([A-Z])", "$1 $2")
                .toLowerCase(Locale.ROOT);
    }

    private static List<ProblemCode> codes() {
        List<JavaClass> enums = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("millrace").stream()
                .filter(c -> c.isEnum() && c.isAssignableTo(ProblemCode.class))
                .sorted(Comparator.comparing(JavaClass::getName)).toList();
        List<ProblemCode> codes = new ArrayList<>();
        for (JavaClass type : enums) {
            for (Object constant : type.reflect().getEnumConstants()) {
                codes.add((ProblemCode) constant);
            }
        }
        return codes;
    }
}
