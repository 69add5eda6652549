package millrace.topology.sql;

import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemCode;
import millrace.schemas.problem.ProblemException;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/** The text of one model, for messages that point into it. */
record SqlSource(String file, String text) {
    Place place(SqlParserPos pos) {
        if (pos == null || pos.getLineNum() < 1) {
            return Place.file(file);
        }
        return place(pos.getLineNum(), pos.getColumnNum(), pos.getEndLineNum(), pos.getEndColumnNum());
    }

    Place place(int line, int column, int endLine, int endColumn) {
        String shown = text.lines().skip(line - 1L).findFirst().orElse("");
        int last = endLine == line ? endColumn : shown.length();
        return Place.in(file, text, line, column, Math.max(1, last - column + 1));
    }

    /** Places the mark under the last occurrence of a word inside a range that may cover more than the word. */
    Place word(Place range, String word) {
        String line = range.excerpt().orElse("");
        int from = Math.max(0, range.column() - 1);
        int to = Math.min(line.length(), from + range.length());
        String part = from < to ? line.substring(from, to).toLowerCase(java.util.Locale.ROOT) : "";
        int at = part.lastIndexOf(word.toLowerCase(java.util.Locale.ROOT));
        return at < 0
                ? range
                : new Place(range.file(), range.line(), from + at + 1, word.length(), range.excerpt());
    }

    ProblemException problem(ProblemCode code, SqlParserPos pos, String message) {
        return new ProblemException(Problem.at(code, place(pos), message));
    }

    ProblemException notYet(SqlNode node, String construct, String instead) {
        return problem(SqlProblem.SQL_NOT_SUPPORTED_YET, node.getParserPosition(),
                construct + " is not supported yet. " + instead);
    }
}
