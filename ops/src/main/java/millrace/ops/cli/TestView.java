package millrace.ops.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import millrace.schemas.row.FieldType;
import millrace.topology.trial.Comparison;
import millrace.topology.trial.Verdict;

/** Model tests as lines of text. Pure. */
final class TestView {
    private TestView() {}

    /** One line for a test, and the rows side by side below one that has failed. */
    static List<String> lines(TestCommand.Ran ran) {
        String place = ran.test().place().file() + ":" + ran.test().place().line();
        List<String> lines = new ArrayList<>();
        lines.add((ran.passed() ? "ok     " : "FAILED ") + ran.test().model() + ": " + ran.test().name() + "   "
                + (ran.passed() ? ran.millis() + "ms" : place));
        if (ran.verdict() instanceof Verdict.Failed failed) {
            failed.differences().forEach((what, comparison) -> {
                lines.add("  " + heading(what, ran));
                table(comparison).forEach(l -> lines.add("    " + l));
            });
            lines.add("");
        }
        return lines;
    }

    private static String heading(String what, TestCommand.Ran ran) {
        boolean stated = what.equals("rows") || what.equals("late") && ran.test().late().isPresent()
                || what.equals("quarantine") && ran.test().refused().isPresent();
        String of = switch (what) {
            case "rows" -> "rows of " + ran.test().model();
            case "late" -> "late rows";
            default -> "quarantine";
        };
        return stated
                ? of + ": - is expected and not there, + is there and not expected"
                : of + ": none is expected; if that is meant, say so under expect_" + what;
    }

    private static List<String> table(Comparison comparison) {
        TextTable table = new TextTable(Stream.concat(Stream.of(""), comparison.columns().stream()
                .map(c -> c.name() + (isNumber(c.type()) ? ">" : ""))).toArray(String[]::new));
        comparison.lines().forEach(line -> table.row(Stream.concat(Stream.of(switch (line.side()) {
            case BOTH -> "";
            case EXPECTED -> "-";
            case ACTUAL -> "+";
        }), line.cells().stream()).toArray()));
        return table.lines();
    }

    private static boolean isNumber(FieldType type) {
        return type instanceof FieldType.Int32 || type instanceof FieldType.Int64 || type instanceof FieldType.Decimal
                || type instanceof FieldType.Float32 || type instanceof FieldType.Float64;
    }

    static String summary(List<TestCommand.Ran> ran) {
        if (ran.isEmpty()) {
            return "No tests. They stand beside the models, in models/<layer>/*.test.yml.";
        }
        long failed = ran.stream().filter(r -> !r.passed()).count();
        String all = ran.size() == 1 ? "1 test" : ran.size() + " tests";
        return failed == 0 ? all + ", all passed" : all + ", " + failed + " failed";
    }
}
