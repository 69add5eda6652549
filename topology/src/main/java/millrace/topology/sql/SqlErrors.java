package millrace.topology.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Calcite's complaints in the words of a user, with the nearest name that would have been right. */
final class SqlErrors {
    private static final String USE_EVENT_TIME = "Use the event time of the row, which is one of its columns.";
    private static final String USE_KEY = "Use a value of the row, such as its key, or MD5 of several columns.";
    private static final String NO_SESSION = "A stream runs for nobody in particular.";
    private static final Map<String, String> NON_DETERMINISTIC = Map.ofEntries(
            Map.entry("CURRENT_TIMESTAMP", USE_EVENT_TIME), Map.entry("CURRENT_DATE", USE_EVENT_TIME),
            Map.entry("CURRENT_TIME", USE_EVENT_TIME), Map.entry("CURRENT_DATETIME", USE_EVENT_TIME),
            Map.entry("LOCALTIMESTAMP", USE_EVENT_TIME), Map.entry("LOCALTIME", USE_EVENT_TIME),
            Map.entry("CURRENT_ROW_TIMESTAMP", USE_EVENT_TIME), Map.entry("CURRENT_WATERMARK", USE_EVENT_TIME),
            Map.entry("NOW", USE_EVENT_TIME), Map.entry("PROCTIME", USE_EVENT_TIME),
            Map.entry("GETDATE", USE_EVENT_TIME), Map.entry("SYSDATE", USE_EVENT_TIME),
            Map.entry("SYSTIMESTAMP", USE_EVENT_TIME), Map.entry("TODAY", USE_EVENT_TIME),
            Map.entry("UNIX_TIMESTAMP", USE_EVENT_TIME), Map.entry("STATEMENT_TIMESTAMP", USE_EVENT_TIME),
            Map.entry("TRANSACTION_TIMESTAMP", USE_EVENT_TIME), Map.entry("CLOCK_TIMESTAMP", USE_EVENT_TIME),
            Map.entry("RAND", USE_KEY), Map.entry("RANDOM", USE_KEY), Map.entry("RAND_INTEGER", USE_KEY),
            Map.entry("UUID", USE_KEY), Map.entry("GEN_RANDOM_UUID", USE_KEY), Map.entry("GENERATE_UUID", USE_KEY),
            Map.entry("NEWID", USE_KEY), Map.entry("UUID_STRING", USE_KEY), Map.entry("UUIDV7", USE_KEY),
            Map.entry("CURRENT_USER", NO_SESSION), Map.entry("SESSION_USER", NO_SESSION),
            Map.entry("SYSTEM_USER", NO_SESSION), Map.entry("USER", NO_SESSION));

    private static final Pattern NO_COLUMN = Pattern.compile("(?:Column|Field) '([^']+)' not found in (.*)");
    private static final Pattern NO_TABLE = Pattern
            .compile("(?:Object|Table) '([^']+)' not found(?: within '([^']+)')?.*");
    private static final Pattern NO_FUNCTION = Pattern.compile("No match found for function signature ([^(]+)\\(.*");
    private static final Pattern WRONG_COUNT = Pattern.compile("Invalid number of arguments to function '([^']+)'.*");
    private static final Pattern UNKNOWN_ID = Pattern.compile("Unknown identifier '([^']+)'");
    private static final Pattern AMBIGUOUS = Pattern.compile("Column '([^']+)' is ambiguous");
    private static final Pattern NOT_GROUPED = Pattern.compile("Expression '(.*)' is not being grouped");
    private static final Pattern CANNOT_APPLY = Pattern.compile(
            "Cannot apply '([^']+)' to arguments of type '(.*)'\\. Supported form\\(s\\): (.*)", Pattern.DOTALL);
    private static final List<String> TYPE_WORDS = List.of("Cannot apply", "must be a condition", "Type mismatch",
            "type mismatch", "Illegal mixing of types", "Cast function cannot convert", "Parameters must be of the",
            "not comparable", "incompatible", "Incompatible", "cannot be cast", "Values passed to", "Illegal use of",
            "requires", "Column count mismatch", "out of range", "Numeric literal", "Illegal ");

    private final SqlSource source;
    private final Collection<String> tables;
    private final Map<String, List<String>> columnsByTable;
    private final Set<Place> described;
    private final Set<String> functions;

    /**
     * @param tables every name that FROM may hold
     * @param columnsByTable the columns of the tables that this text reads
     * @param described where DESCRIPTOR names columns: Calcite complains of one as it does of a type
     */
    SqlErrors(SqlSource source, Collection<String> tables, Map<String, List<String>> columnsByTable,
            Set<Place> described, Set<String> functions) {
        this.source = source;
        this.tables = tables;
        this.columnsByTable = columnsByTable;
        this.described = described;
        this.functions = functions;
    }

    static ProblemException syntax(SqlSource source, SqlParseException e) {
        SqlParserPos pos = e.getPos();
        Place place = source.place(pos);
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        String found = place.excerpt().filter(x -> place.column() > 0 && place.column() <= x.length())
                .map(x -> x.substring(place.column() - 1, Math.min(x.length(), place.column() - 1 + place.length())))
                .orElse("");
        String text;
        if (message.startsWith("Lexical error") && found.startsWith("`")) {
            text = "Names are quoted with double quotes here: write \"name\".";
        } else if (message.contains("<EOF>") && message.startsWith("Encountered")) {
            text = "The text ends too early, after \"" + found.strip() + "\".";
        } else if (NON_DETERMINISTIC.containsKey(found.strip().toUpperCase(Locale.ROOT))) {
            return new ProblemException(nonDeterministic(place, found.strip().toUpperCase(Locale.ROOT)));
        } else if (message.startsWith("Incorrect syntax near the keyword")) {
            text = source.text().strip().endsWith(found.strip())
                    ? "The text ends too early, after \"" + found.strip() + "\"."
                    : "Did not expect the keyword " + found.strip()
                            + " here. If it is a name, write it in double quotes.";
        } else if (message.startsWith("Encountered")) {
            text = "Did not expect \"" + found.strip() + "\" here." + expected(e)
                    + (RESERVED.matcher(found.strip()).lookingAt()
                            ? " If it is a name, write it in double quotes."
                            : "");
        } else {
            text = message.replaceFirst(" at line \\d+, column \\d+", "");
        }
        return new ProblemException(Problem.at(SqlProblem.SQL_SYNTAX, place, text));
    }

    private static final Pattern RESERVED = Pattern.compile("[A-Za-z_]");

    /** What might stand there, if it is little enough to be read. */
    private static String expected(SqlParseException e) {
        List<String> words = new ArrayList<>();
        if (e.getExpectedTokenSequences() != null && e.getTokenImages() != null) {
            for (int[] sequence : e.getExpectedTokenSequences()) {
                words.add(e.getTokenImages()[sequence[0]]);
            }
        }
        List<String> distinct = words.stream().distinct().toList();
        return distinct.isEmpty() || distinct.size() > 6 ? "" : " Expected " + String.join(" or ", distinct) + ".";
    }

    ProblemException of(CalciteContextException e) {
        Place place = e.getPosLine() < 1
                ? Place.file(source.file())
                : source.place(e.getPosLine(), e.getPosColumn(), e.getEndPosLine(), e.getEndPosColumn());
        String message = e.getCause() == null ? e.getMessage() : String.valueOf(e.getCause().getMessage());
        return new ProblemException(problem(place, message));
    }

    Problem problem(Place place, String message) {
        Matcher m = NO_COLUMN.matcher(message);
        if (m.matches()) {
            return column(place, m.group(1));
        }
        if (message.equals("Illegal use of 'NULL'")) {
            return Problem.at(SqlProblem.SQL_TYPE_MISMATCH, place, "NULL alone has no type. Write CAST(NULL AS type).");
        }
        m = NO_TABLE.matcher(message);
        if (m.matches() && message.startsWith("Table")) {
            return Problem.at(SqlProblem.SQL_UNKNOWN_TABLE, place, "Nothing in FROM is called \"" + m.group(1) + "\".");
        } else if (m.matches()) {
            return table(place, m.group(1), m.group(2));
        }
        m = NO_FUNCTION.matcher(message);
        if (m.matches()) {
            return function(place, m.group(1).strip(), message);
        }
        m = WRONG_COUNT.matcher(message);
        if (m.matches()) {
            return Problem.at(SqlProblem.SQL_TYPE_MISMATCH, place, message.strip());
        }
        m = UNKNOWN_ID.matcher(message);
        if (m.matches() && described.contains(place)) {
            return column(place, m.group(1));
        }
        if (m.matches()) {
            return Problem.at(SqlProblem.SQL_TYPE_MISMATCH, source.word(place, m.group(1)),
                    "There is no type \"" + m.group(1) + "\".");
        }
        m = AMBIGUOUS.matcher(message);
        if (m.matches()) {
            return Problem.at(SqlProblem.SQL_AMBIGUOUS, place,
                    "\"" + m.group(1) + "\" is a column of more than one table. Write the table's alias before it.");
        }
        m = CANNOT_APPLY.matcher(message);
        if (m.matches() && WindowFunction.FORMS.containsKey(m.group(1).toUpperCase(Locale.ROOT))) {
            return Problem.at(SqlProblem.SQL_TYPE_MISMATCH, place, "Cannot make windows of this. Expected "
                    + WindowFunction.FORMS.get(m.group(1).toUpperCase(Locale.ROOT))
                    + ", where time is a column of type TIMESTAMP or TIMESTAMPTZ.");
        }
        if (m.matches()) {
            return Problem.at(SqlProblem.SQL_TYPE_MISMATCH, place, "Cannot apply " + m.group(1) + " here: found "
                    + types(m.group(2)) + ", expected "
                    + types(m.group(3)).replaceAll("\\s*\\R\\s*", " or ") + ".");
        }
        m = NOT_GROUPED.matcher(message);
        if (m.matches()) {
            return Problem.at(SqlProblem.SQL_INVALID, place,
                    "\"" + m.group(1) + "\" is neither grouped nor aggregated: "
                            + "add it to GROUP BY, or take one of its values, such as MAX(" + m.group(1) + ").");
        }
        if (TYPE_WORDS.stream().anyMatch(message::contains)) {
            return Problem.at(SqlProblem.SQL_TYPE_MISMATCH, place, types(message));
        }
        return Problem.at(SqlProblem.SQL_INVALID, place, message);
    }

    private static String types(String text) {
        return text.replace(" -> ", " giving ").replaceAll("[<>']", "")
                .replaceAll("VARCHAR(\\(\\d+\\))?|\\bCHAR(\\(\\d+\\))?", "TEXT")
                .replace("TIMESTAMP_WITH_LOCAL_TIME_ZONE", "TIMESTAMPTZ").replaceAll("TEXT\\(\\d+\\)", "TEXT").strip();
    }

    private Problem column(Place place, String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        Place word = source.word(place, name);
        if (NON_DETERMINISTIC.containsKey(upper)) {
            return nonDeterministic(word, upper);
        }
        List<String> known = columnsByTable.values().stream().flatMap(List::stream).distinct().toList();
        String where = columnsByTable.size() == 1 ? columnsByTable.keySet().iterator().next() : "";
        return Problem.at(SqlProblem.SQL_UNKNOWN_COLUMN, word, (where.isEmpty()
                ? "There is no column \"" + name + "\"."
                : where + " has no column \"" + name + "\".") + Nearest.to(name, known)
                        .map(n -> " Did you mean \"" + n + "\"?")
                        .orElse(known.isEmpty() || known.size() > 12
                                ? ""
                                : " It has " + String.join(", ", known) + "."));
    }

    private Problem table(Place place, String name, String within) {
        String full = place.excerpt().map(x -> x.substring(Math.min(x.length(), place.column() - 1),
                Math.min(x.length(), place.column() - 1 + place.length()))).filter(x -> x.contains(name))
                .orElse(within == null ? name : within + "." + name);
        List<String> known = tables.stream().sorted().toList();
        String hint = Nearest.to(full, known)
                .or(() -> known.stream().filter(k -> k.toLowerCase(Locale.ROOT)
                        .endsWith("." + name.toLowerCase(Locale.ROOT))).findFirst())
                .map(n -> " Did you mean \"" + n + "\"?")
                .orElse(known.isEmpty() || known.size() > 12 ? "" : " Known: " + String.join(", ", known) + ".");
        return Problem.at(SqlProblem.SQL_UNKNOWN_TABLE, place,
                "There is no contract or model \"" + full + "\"." + hint);
    }

    private Problem function(Place place, String name, String message) {
        String upper = name.toUpperCase(Locale.ROOT);
        if (functions.contains(upper)) {
            return Problem.at(SqlProblem.SQL_TYPE_MISMATCH, place, "Cannot call " + types(message
                    .replaceFirst("No match found for function signature ", "")) + ": no form of " + upper
                    + " takes these arguments.");
        }
        Place word = new Place(place.file(), place.line(), place.column(), Math.min(place.length(), name.length()),
                place.excerpt());
        if (NON_DETERMINISTIC.containsKey(upper)) {
            return nonDeterministic(word, upper);
        }
        return Problem.at(SqlProblem.SQL_UNKNOWN_FUNCTION, word, "There is no function \"" + name + "\"."
                + Nearest.hint(name, functions));
    }

    private static Problem nonDeterministic(Place place, String name) {
        return Problem.at(SqlProblem.SQL_NON_DETERMINISTIC, place, name
                + " gives another value each time it runs: a replay could not give the rows that the live run gave. "
                + NON_DETERMINISTIC.get(name));
    }
}
