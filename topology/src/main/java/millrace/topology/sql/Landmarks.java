package millrace.topology.sql;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemCode;
import millrace.topology.check.CheckProblem;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlSelectKeyword;
import org.apache.calcite.sql.SqlSetOperator;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * The parts of a model's text that checks complain about, and what cannot be done yet. A plan does not know where it
 * was written, so a check names only the file; here its problem gets the line, where just one part of the text can be meant.
 */
final class Landmarks {
    private static final Set<String> WINDOWS = Set.of("TUMBLE", "HOP", "CUMULATE", "SESSION");

    /** Messages call these by one name, so that only one of them in a text can be told. */
    private static final Set<String> GROUPING = Set.of("aggregate", "group", "distinct");
    private static final Set<SqlKind> SUBQUERIES = EnumSet.of(SqlKind.IN, SqlKind.NOT_IN, SqlKind.EXISTS);
    private static final int NEVER = Integer.MAX_VALUE;

    /** What a part of the text is. */
    private enum Kind {
        GROUP_BY, DISTINCT, JOIN, IN, OVER, WINDOW, DESCRIPTOR, CALL, TABLE, LITERAL
    }

    /** Which parts each check may be about. */
    private static final Map<ProblemCode, Set<Kind>> ABOUT = Map.of(
            SqlProblem.SQL_NOT_SUPPORTED_YET,
            EnumSet.of(Kind.JOIN, Kind.IN, Kind.OVER, Kind.WINDOW, Kind.CALL),
            CheckProblem.WINDOW_NEEDS_EVENT_TIME, EnumSet.of(Kind.DESCRIPTOR, Kind.JOIN, Kind.OVER),
            CheckProblem.RESULT_NEEDS_KEY, EnumSet.of(Kind.GROUP_BY, Kind.JOIN, Kind.OVER),
            CheckProblem.AGGREGATE_CANNOT_FORGET, EnumSet.of(Kind.CALL),
            CheckProblem.SESSION_UNUSABLE, EnumSet.of(Kind.WINDOW),
            CheckProblem.STATE_UNBOUNDED,
            EnumSet.of(Kind.GROUP_BY, Kind.DISTINCT, Kind.JOIN, Kind.IN, Kind.OVER),
            CheckProblem.DEDUPLICATION_UNUSABLE, EnumSet.of(Kind.OVER),
            CheckProblem.PATTERN_WRONG, EnumSet.of(Kind.LITERAL));

    /** @param words any of which a message uses that is about this part */
    private record Landmark(Kind kind, Set<String> words, Place place) {}

    private final SqlSource source;
    private final List<Landmark> all = new ArrayList<>();

    private Landmarks(SqlSource source) {
        this.source = source;
    }

    /** @param tree as it was parsed; validation moves its parts about */
    static Landmarks of(SqlSource source, SqlNode tree) {
        Landmarks landmarks = new Landmarks(source);
        tree.accept(landmarks.new Collector());
        return landmarks;
    }

    /** The same problems, with a place in the text where only one can be meant. */
    List<Problem> pointAt(List<Problem> problems) {
        return problems.stream().map(this::pointAt).toList();
    }

    private Problem pointAt(Problem problem) {
        if (problem.place().map(Place::line).orElse(1) != 0) {
            return problem;
        }
        List<Landmark> candidates = all.stream()
                .filter(l -> ABOUT.getOrDefault(problem.code(), Set.of()).contains(l.kind())).toList();
        // A message first says what is wrong, and may then speak of other parts.
        int first = candidates.stream().mapToInt(l -> mention(l, problem.message())).min().orElse(NEVER);
        List<Landmark> named = candidates.stream().filter(l -> mention(l, problem.message()) == first).toList();
        return only(named)
                .map(l -> new Problem(problem.code(), Optional.of(l.place()), problem.subject(), problem.message(),
                        problem.remedy()))
                .orElse(problem);
    }

    /** Where a message first speaks of a part. */
    private static int mention(Landmark landmark, String message) {
        return landmark.words().stream().mapToInt(word -> {
            Matcher matcher = Pattern.compile("(?i)(?<![\\w.])" + Pattern.quote(word) + "(?!\\w)").matcher(message);
            return matcher.find() ? matcher.start() : NEVER;
        }).min().orElse(NEVER);
    }

    private static Optional<Landmark> only(List<Landmark> landmarks) {
        return landmarks.size() == 1 ? Optional.of(landmarks.get(0)) : Optional.empty();
    }

    private void add(Kind kind, Set<String> words, SqlParserPos pos) {
        all.add(new Landmark(kind, words, source.place(pos)));
    }

    private final class Collector extends SqlBasicVisitor<Void> {
        @Override
        public Void visit(SqlCall call) {
            switch (call) {
                case SqlSelect select -> {
                    if (select.getGroup() != null && !select.getGroup().isEmpty()) {
                        add(Kind.GROUP_BY, GROUPING, select.getGroup().getParserPosition());
                    }
                    if (select.isDistinct()) {
                        add(Kind.DISTINCT, GROUPING,
                                select.getModifierNode(SqlSelectKeyword.DISTINCT).getParserPosition());
                    }
                    tables(select.getFrom());
                }
                case SqlJoin join -> add(Kind.JOIN, Set.of("join"), join.getCondition() == null
                        ? join.getParserPosition()
                        : join.getCondition().getParserPosition());
                case SqlBasicCall basic -> call(basic);
                default -> {}
            }
            return super.visit(call);
        }

        private void call(SqlBasicCall call) {
            String name = call.getOperator().getName();
            if (call.getOperator() instanceof SqlSetOperator set && !set.isAll()) {
                add(Kind.DISTINCT, GROUPING, call.getParserPosition());
            } else if (SUBQUERIES.contains(call.getKind())) {
                add(Kind.IN, Set.of("join", "in (select"), call.getParserPosition());
            } else if (call.getKind() == SqlKind.OVER) {
                add(Kind.OVER, Set.of("row_number", "duplicates"), call.getParserPosition());
            } else if (WINDOWS.contains(name)) {
                add(Kind.WINDOW, Set.of(name), call.getParserPosition());
            } else if (name.equals("DESCRIPTOR")) {
                for (SqlNode operand : call.getOperandList()) {
                    if (operand instanceof SqlIdentifier column) {
                        add(Kind.DESCRIPTOR, Set.of(last(column)), column.getParserPosition());
                    }
                }
            } else if (name.matches("[A-Za-z_]\\w*")) {
                add(Kind.CALL, Set.of(name), call.getParserPosition());
            }
        }

        /** What stands in FROM, a join's sides included. */
        private void tables(SqlNode from) {
            switch (from) {
                case null -> {}
                case SqlJoin join -> {
                    tables(join.getLeft());
                    tables(join.getRight());
                }
                case SqlIdentifier table -> add(Kind.TABLE, new HashSet<>(List.of(last(table), table.toString())),
                        table.getParserPosition());
                case SqlBasicCall call when call.getKind() == SqlKind.AS -> tables(call.operand(0));
                default -> {}
            }
        }

        @Override
        public Void visit(SqlLiteral literal) {
            String text = literal.getValueAs(Object.class) == null ? null : literal.toValue();
            if (text != null && literal.getTypeName() == SqlTypeName.CHAR) {
                add(Kind.LITERAL, Set.of(text), literal.getParserPosition());
            }
            return null;
        }

        private static String last(SqlIdentifier identifier) {
            return identifier.names.get(identifier.names.size() - 1);
        }
    }
}
