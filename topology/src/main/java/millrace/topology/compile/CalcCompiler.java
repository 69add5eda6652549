package millrace.topology.compile;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.plan.DeepStack;
import millrace.topology.plan.Expression;
import millrace.topology.plan.PlanNode;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.janino.SimpleCompiler;

/** Compiles each calc of a plan to one Java class. */
public final class CalcCompiler {
    private final FunctionLibrary functions;

    /** @param functions the library that the plan was compiled with */
    public CalcCompiler(FunctionLibrary functions) {
        this.functions = functions;
    }

    /**
     * A source of row functions; each serves one task.
     *
     * @throws IllegalArgumentException if the plan holds a call that this library or its casts do not know, which
     *         {@code SqlCompiler} never gives
     */
    public Supplier<RowFunction> compile(PlanNode.Calc calc) {
        return DeepStack.call("calc-compiler",
                () -> compile(calc.condition().stream().toList(), calc.projections()));
    }

    /** A function of rows without a condition, for casts of what is inside a value. */
    RowFunction projections(List<Expression> projections) {
        return compile(List.of(), projections).get();
    }

    private Supplier<RowFunction> compile(List<Expression> condition, List<Expression> projections) {
        ClassSource source = new ClassSource(functions, this);
        String text = source.write(condition, projections);
        Constructor<?> constructor;
        try {
            SimpleCompiler compiler = new SimpleCompiler();
            compiler.setParentClassLoader(CalcCompiler.class.getClassLoader());
            compiler.cook(text);
            constructor = compiler.getClassLoader().loadClass(ClassSource.NAME).getConstructors()[0];
        } catch (CompileException | ClassNotFoundException e) {
            throw new IllegalStateException("generated code does not compile: " + e.getMessage() + "\n" + text, e);
        }
        List<Supplier<?>> constants = source.constants();
        return () -> {
            List<Object> values = new ArrayList<>();
            constants.forEach(c -> values.add(c.get()));
            try {
                return (RowFunction) constructor.newInstance(new Object[] {values.toArray()});
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        };
    }
}
