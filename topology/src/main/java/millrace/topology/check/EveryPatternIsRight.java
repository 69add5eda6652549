package millrace.topology.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.row.FieldType;
import millrace.topology.explain.ExpressionText;
import millrace.topology.function.DateFormat;
import millrace.topology.function.FunctionFailure;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.function.JsonPath;
import millrace.topology.function.Parameter;
import millrace.topology.function.Regex;
import millrace.topology.function.TimeUnitName;
import millrace.topology.model.Model;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Plan;

/** A constant regular expression, LIKE pattern, date format, JSON path or unit that no row could satisfy is refused. */
final class EveryPatternIsRight {
    private EveryPatternIsRight() {}

    static List<Problem> check(Model model, Plan plan, FunctionLibrary functions) {
        List<Problem> problems = new ArrayList<>();
        PlanWalk.calls(plan.root(), call -> {
            try {
                read(call, functions);
            } catch (FunctionFailure e) {
                problems.add(Problem.at(CheckProblem.PATTERN_WRONG, Place.file(model.sqlFile()),
                        ExpressionText.of(call) + ": " + e.getMessage() + "."));
            }
        });
        return problems.stream().distinct().toList();
    }

    private static void read(Expression.Call call, FunctionLibrary functions) {
        List<Expression> o = call.operands();
        switch (call.function()) {
            case "LIKE" -> pattern(o, Regex.Syntax.LIKE);
            case "ILIKE" -> pattern(o, Regex.Syntax.ILIKE);
            case "SIMILAR TO" -> pattern(o, Regex.Syntax.SIMILAR);
            case "DATE_TRUNC" -> constant(o.get(0)).ifPresent(unit -> TimeUnitName.of(unit).floor(0));
            case "DATE_PART" -> constant(o.get(0)).ifPresent(TimeUnitName::of);
            default -> {
                List<FieldType> types = o.stream().map(Expression::type).toList();
                functions.resolve(call.function(), types).ifPresent(s -> {
                    for (int i = 0; i < o.size(); i++) {
                        Parameter parameter = s.parameters().get(i);
                        constant(o.get(i)).ifPresent(text -> read(parameter, text));
                    }
                });
            }
        }
    }

    private static void read(Parameter parameter, String text) {
        switch (parameter) {
            case REGEX -> new Regex(Regex.Syntax.JAVA).of(text);
            case FORMAT -> new DateFormat().of(text);
            case JSONPATH -> JsonPath.parse(text);
            default -> {}
        }
    }

    private static void pattern(List<Expression> o, Regex.Syntax syntax) {
        String escape = o.size() > 2 ? constant(o.get(2)).orElse("") : "";
        constant(o.get(1)).ifPresent(text -> new Regex(syntax).of(text, escape));
    }

    private static Optional<String> constant(Expression e) {
        return e instanceof Expression.Literal l && l.value() instanceof String s
                ? Optional.of(s)
                : Optional.empty();
    }
}
