package millrace.topology.sql;

import millrace.schemas.problem.ProblemCode;

/** What can be wrong with the SQL of a model. */
public enum SqlProblem implements ProblemCode {
    SQL_SYNTAX("The text is not SQL.", "Mend the syntax at the place shown."),
    SQL_UNKNOWN_TABLE("FROM names neither a contract nor a model.",
            "Mend the name: a contract is called by its own name, a model by layer.name."),
    SQL_UNKNOWN_COLUMN("An expression names a column that its source does not have.",
            "Mend the name, or add the column to the contract or model that is read."),
    SQL_UNKNOWN_FUNCTION("An expression calls a function that does not exist.",
            "Mend the name; docs/sql.md lists the functions, and a jar may bring more."),
    SQL_AMBIGUOUS("A name fits more than one thing.", "Write the alias of the table before the name."),
    SQL_TYPE_MISMATCH("A function, operator or UNION cannot take values of these types.",
            "Write a CAST, or use another column."),
    SQL_NON_DETERMINISTIC("An expression gives another value each time it runs, so that a replay could not equal live.",
            "Use a column of the row, such as its event time."),
    SQL_NOT_SUPPORTED_YET("The SQL is right, but this version cannot run it.",
            "Write it with what docs/sql.md lists, or wait for a later version."),
    SQL_COLUMN_NEEDS_NAME("A column of the result has no name, or one that cannot be the name of a field.",
            "Write AS and a name of letters, digits and _ after the expression."),
    SQL_DUPLICATE_COLUMN("Two columns of the result have the same name.", "Rename one of them with AS."),
    SQL_MODEL_CYCLE("Models read each other in a circle.", "Break the circle: let one of them read a contract."),
    SQL_INVALID("The SQL cannot be understood as a whole.", "Read the message; it is the planner's own.");

    private final String meaning;
    private final String remedy;

    SqlProblem(String meaning, String remedy) {
        this.meaning = meaning;
        this.remedy = remedy;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
