package millrace.topology.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.compile.CalcCompiler;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.sql.SqlCompiler;
import millrace.topology.sql.TestContracts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real jars, compiled here. */
class FunctionJarsTest {
    @TempDir
    Path folder;

    @Test
    void aFunctionOfAJarIsCalledFromSql() throws Exception {
        jar("shout.jar", Map.of("user.Shout", function("Shout", "shout", "new FieldType.Text(), new FieldType.Int64()",
                "new FieldType.Text()", "true", "return ((String) a[0]) + \"!\".repeat((int) (long) (Long) a[1]);")));
        FunctionLibrary library = FunctionJars.load(folder);
        RowFunction f = compile(library, "SELECT Shout(UPPER(who), 1 + 1) AS x FROM people").get();
        assertThat(f.apply(new Object[] {"ann"})).containsExactly("ANN!!");
        assertThat(f.apply(new Object[] {null})).containsExactly((Object) null);
    }

    @Test
    void whatAFunctionThrowsIsTheFailureOfItsExpression() throws Exception {
        jar("f.jar", Map.of("user.F", function("F", "f", "new FieldType.Text()", "new FieldType.Int32()", "true",
                "if (a[0].equals(\"stack\")) return call(a); if (a[0].equals(\"type\")) return \"text\";"
                        + " throw new java.io.IOException(\"no \" + a[0]);")));
        RowFunction f = compile(FunctionJars.load(folder), "SELECT f(who) + 1 AS x FROM people").get();
        assertThatThrownBy(() -> f.apply(new Object[] {"luck"})).isInstanceOf(ExpressionFailure.class)
                .hasMessage("F(who): f threw IOException: no luck");
        assertThatThrownBy(() -> f.apply(new Object[] {"stack"})).hasMessageContaining("f threw StackOverflowError");
        assertThatThrownBy(() -> f.apply(new Object[] {"type"})).isInstanceOf(ExpressionFailure.class)
                .hasMessageContaining("another type than declared");
    }

    @Test
    void eachTaskHasItsOwnOpenedInstance() throws Exception {
        jar("counter.jar", Map.of("user.Counter", """
            package user;
            import java.util.List;
            import millrace.schemas.row.FieldType;
            public class Counter implements millrace.topology.function.ScalarFunction {
                private StringBuilder seen;
                public String name() { return "seen"; }
                public List<FieldType> argumentTypes() { return List.of(new FieldType.Text()); }
                public FieldType resultType() { return new FieldType.Text(); }
                public boolean deterministic() { return true; }
                public boolean calledOnNull() { return true; }
                public void open() { seen = new StringBuilder("open:"); }
                public Object call(Object[] a) { return seen.append(a[0]).toString(); }
            }
            """));
        Supplier<RowFunction> functions = compile(FunctionJars.load(folder), "SELECT seen(who) AS x FROM people");
        RowFunction first = functions.get();
        RowFunction second = functions.get();
        assertThat(first.apply(new Object[] {"a"})).containsExactly("open:a");
        assertThat(first.apply(new Object[] {null})).containsExactly("open:anull");
        assertThat(second.apply(new Object[] {"b"})).containsExactly("open:b");
    }

    @Test
    void functionsThatCannotBeUsedAreAllNamed() throws Exception {
        String text = "new FieldType.Text()";
        jar("a.jar", Map.of("user.A", function("A", "twice", text, text, "true", "return a[0];"),
                "user.B", function("B", "UPPER", text, text, "true", "return a[0];"),
                "user.C", function("C", "now_ish", text, text, "false", "return a[0];"),
                "user.D", function("D", "not good", text, text, "true", "return a[0];"),
                "user.E", function("E", "throws", text, "null", "true", "return a[0];")));
        jar("b.jar", Map.of("user2.A", function("A", "Twice", text, text, "true", "return a[0];").replace(
                "package user;", "package user2;")));
        services("c.jar", "user.Missing");
        assertThat(catchThrowableOfType(ProblemException.class, () -> FunctionJars.load(folder)).problems())
                .extracting(Problem::toText).anySatisfy(t -> assertThat(t).isEqualTo("""
                    error FUNCTION_NOT_DETERMINISTIC   user.C of a.jar
                      NOW_ISH says that it is not deterministic: a replay could not give the rows that the live run \
                    gave."""))
                .anySatisfy(t -> assertThat(t).contains("FUNCTION_NAME_TAKEN", "UPPER is a built-in function"))
                .anySatisfy(t -> assertThat(t).contains("FUNCTION_BROKEN", "Its name \"not good\" must be"))
                .anySatisfy(t -> assertThat(t).contains("FUNCTION_BROKEN", "Its resultType() is null"))
                .anySatisfy(t -> assertThat(t).contains("FUNCTION_DECLARED_TWICE", "TWICE(text) is declared by user.A"))
                .anySatisfy(t -> assertThat(t).contains("FUNCTION_BROKEN", "user.Missing"))
                .hasSize(6);
    }

    @Test
    void noFolderMeansTheBuiltInLibrary() {
        assertThat(FunctionJars.load(folder.resolve("none"))).isSameAs(FunctionLibrary.builtIn());
    }

    private static Supplier<RowFunction> compile(FunctionLibrary library, String sql) {
        Plan plan = SqlCompiler.compile(List.of(TestContracts.contract("people", "who text")),
                List.of(Model.of("silver", "m", "m.sql", sql)), library).get(0);
        return new CalcCompiler(library).compile((PlanNode.Calc) plan.root());
    }

    private static String function(String type, String name, String arguments, String result, String deterministic,
            String body) {
        return """
            package user;
            import java.util.List;
            import millrace.schemas.row.FieldType;
            public class %s implements millrace.topology.function.ScalarFunction {
                public String name() { return "%s"; }
                public List<FieldType> argumentTypes() { return List.of(%s); }
                public FieldType resultType() { return %s; }
                public boolean deterministic() { return %s; }
                public Object call(Object[] a) throws Exception { %s }
            }
            """.formatted(type, name, arguments, result, deterministic, body);
    }

    private void services(String jar, String names) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(folder.resolve(jar)))) {
            entry(out, "META-INF/services/" + ScalarFunction.class.getName(), names.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void jar(String jar, Map<String, String> sources) throws IOException {
        Path classes = Files.createDirectories(folder.resolve(jar + ".classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<SimpleJavaFileObject> units = new ArrayList<>();
        sources.forEach((name, text) -> units.add(new SimpleJavaFileObject(
                URI.create("string:///" + name.replace('.', '/') + ".java"), SimpleJavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        }));
        assertThat(compiler.getTask(null, null, null, List.of("-d", classes.toString(), "-classpath",
                System.getProperty("java.class.path")), null, units).call()).isTrue();
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(folder.resolve(jar)))) {
            entry(out, "META-INF/services/" + ScalarFunction.class.getName(),
                    String.join("\n", sources.keySet().stream().sorted().toList()).getBytes(StandardCharsets.UTF_8));
            for (String name : sources.keySet()) {
                String file = name.replace('.', '/') + ".class";
                entry(out, file, Files.readAllBytes(classes.resolve(file)));
            }
        }
    }

    private static void entry(JarOutputStream jar, String name, byte[] bytes) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        ((OutputStream) jar).write(bytes);
        jar.closeEntry();
    }
}
