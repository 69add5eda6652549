package millrace.topology.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.check.DataTests;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.EventTimeColumns;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.rewrite.GiveWhenPassed;
import millrace.topology.rewrite.MergeRows;
import millrace.topology.rewrite.Rewrites;
import millrace.topology.rewrite.SaltJoins;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.plan.Contexts;
import org.apache.calcite.plan.ConventionTraitDef;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.volcano.VolcanoPlanner;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.sql2rel.SqlToRelConverter;

/** Validates and plans the SQL of one model against the tables it may read. */
final class ModelPlanner {
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

    private final Model model;
    private final SqlSource source;
    private final SqlCatalog catalog;
    private final FunctionLibrary functions;
    private final Aggregates aggregates;
    private final EventTimeColumns times;

    /** @param times of what the model may read */
    ModelPlanner(Model model, SqlSource source, SqlCatalog catalog, FunctionLibrary functions, Aggregates aggregates,
            EventTimeColumns times) {
        this.model = model;
        this.source = source;
        this.catalog = catalog;
        this.functions = functions;
        this.aggregates = aggregates;
        this.times = times;
    }

    Plan plan(SqlNode tree) {
        RelDataTypeFactory types = SqlTypes.factory();
        CalciteCatalogReader reader = catalog.reader(types);
        SqlValidator validator = SqlValidatorUtil.newValidator(SqlOperators.table(functions, aggregates), reader, types,
                SqlValidator.Config.DEFAULT.withConformance(SqlReading.CONFORMANCE).withIdentifierExpansion(true)
                        .withTypeCoercionEnabled(false).withCallRewrite(false)
                        .withDefaultNullCollation(NullCollation.LOW));
        try {
            // Read before validation, which rewrites the tree in place.
            Map<String, List<String>> readTables = readTables(tree);
            Set<Place> described = described(tree);
            Optional<SqlParserPos> ranking = ranking(tree);
            SqlNode validated;
            try {
                validated = validator.validate(tree);
            } catch (CalciteContextException e) {
                throw new SqlErrors(source, catalog.names(), readTables, described,
                        SqlOperators.functionNames(functions, aggregates)).of(e);
            }
            validated.accept(new ComparisonTypes(source, validator));
            List<String> names = outputNames(validated, validator.getValidatedNodeType(validated));
            RelOptCluster cluster = RelOptCluster.create(planner(), new RexBuilder(types));
            SqlToRelConverter converter = new SqlToRelConverter((rowType, query, schema, view) -> {
                throw new IllegalStateException("there are no views");
            }, validator, reader, cluster, new Convertlets(), SqlToRelConverter.config().withExpand(false)
                    .withInSubQueryThreshold(Integer.MAX_VALUE)
                    .withRelBuilderConfigTransform(c -> c.withSimplify(false).withBloat(-1)));
            RelRoot root = converter.convertQuery(validated, false, true);
            PlanNode converted = new RelToPlan(functions, aggregates, times, model.config().retentionMicros())
                    .convert(Pushdown.apply(root.project()));
            PlanNode plan = GiveWhenPassed.apply(Rewrites.apply(DataTests.apply(model,
                    MergeRows.apply(model, named(converted, names)))), times);
            if (model.config().salt().isPresent()) {
                plan = SaltJoins.apply(plan, model.config().salt().getAsInt());
            }
            if (ranksWithoutLimit(plan)) {
                throw source.problem(SqlProblem.SQL_NOT_SUPPORTED_YET, ranking.orElseThrow(),
                        "ROW_NUMBER without a limit "
                                + "would number rows anew with each row that comes. Write QUALIFY ROW_NUMBER() OVER (..) <= n, "
                                + "or SELECT from this one WHERE its number <= n.");
            }
            return new Plan(model.qualifiedName(), plan, plan.rowType());
        } catch (RexToExpression.Unsupported e) {
            throw new ProblemException(Problem.at(SqlProblem.SQL_NOT_SUPPORTED_YET,
                    Place.file(source.file()), "Not supported yet: " + e.getMessage() + "."));
        } catch (CalciteContextException e) {
            throw new SqlErrors(source, catalog.names(), Map.of(), Set.of(),
                    SqlOperators.functionNames(functions, aggregates))
                    .of(e);
        } catch (CalciteException e) {
            throw new ProblemException(Problem.at(SqlProblem.SQL_INVALID,
                    Place.file(source.file()), String.valueOf(e.getMessage())));
        }
    }

    private static VolcanoPlanner planner() {
        VolcanoPlanner planner = new VolcanoPlanner(Contexts.empty());
        planner.addRelTraitDef(ConventionTraitDef.INSTANCE);
        return planner;
    }

    private static boolean ranksWithoutLimit(PlanNode node) {
        return node instanceof PlanNode.TopN top && top.most() == PlanNode.TopN.UNLIMITED
                || node.inputs().stream().anyMatch(ModelPlanner::ranksWithoutLimit);
    }

    /** Where DESCRIPTOR names columns. */
    private Set<Place> described(SqlNode tree) {
        Set<Place> places = new HashSet<>();
        tree.accept(new SqlBasicVisitor<Void>() {
            @Override
            public Void visit(SqlCall call) {
                if (call.getOperator().getName().equalsIgnoreCase("DESCRIPTOR")) {
                    call.getOperandList().forEach(column -> places.add(source.place(column.getParserPosition())));
                }
                return super.visit(call);
            }
        });
        return places;
    }

    /** Where rows are numbered first. */
    private static Optional<SqlParserPos> ranking(SqlNode tree) {
        List<SqlParserPos> found = new ArrayList<>();
        tree.accept(new SqlBasicVisitor<Void>() {
            @Override
            public Void visit(SqlCall call) {
                if (call.getKind() == SqlKind.OVER && call.operand(0) instanceof SqlCall function
                        && function.getOperator().getName().equalsIgnoreCase("ROW_NUMBER")) {
                    found.add(call.getParserPosition());
                }
                return super.visit(call);
            }
        });
        return found.stream().findFirst();
    }

    private Map<String, List<String>> readTables(SqlNode tree) {
        Map<String, List<String>> tables = new LinkedHashMap<>();
        tree.accept(new SqlBasicVisitor<Void>() {
            @Override
            public Void visit(SqlIdentifier id) {
                String name = String.join(".", id.names);
                catalog.columns(name).ifPresent(columns -> tables.put(name, columns));
                return null;
            }
        });
        return tables;
    }

    /** The names of the result's columns as they are written; complains about missing, bad and double ones. */
    private List<String> outputNames(SqlNode validated, RelDataType type) {
        SqlSelect select = firstSelect(validated);
        List<String> names = new ArrayList<>();
        Map<String, String> seen = new HashMap<>();
        for (int i = 0; i < type.getFieldCount(); i++) {
            SqlNode item = select.getSelectList().get(i);
            String name = SqlValidatorUtil.alias(item);
            if (name == null || name.startsWith("EXPR$")) {
                throw source.problem(SqlProblem.SQL_COLUMN_NEEDS_NAME, expression(item).getParserPosition(),
                        "This column of the result has no name. Write AS and a name after it.");
            }
            if (!name.matches(NAME)) {
                throw source.problem(SqlProblem.SQL_COLUMN_NEEDS_NAME, item.getParserPosition(), "\"" + name
                        + "\" cannot be the name of a field. Use letters, digits and _, not starting with a digit.");
            }
            if (seen.put(name.toLowerCase(Locale.ROOT), name) != null) {
                throw source.problem(SqlProblem.SQL_DUPLICATE_COLUMN, item.getParserPosition(),
                        "Two columns of the result are called \"" + name + "\". Rename one of them with AS.");
            }
            RelDataTypeField field = type.getFieldList().get(i);
            if (SqlTypes.fromCalcite(field.getType()).isEmpty()) {
                throw source.problem(SqlProblem.SQL_TYPE_MISMATCH, expression(item).getParserPosition(), "\"" + name
                        + "\" has the type " + field.getType() + ", which no column can have. "
                        + remedy(field.getType()));
            }
            SqlTypes.fromCalcite(field.getType()).flatMap(ModelPlanner::badName).ifPresent(bad -> {
                throw source.problem(SqlProblem.SQL_COLUMN_NEEDS_NAME, expression(item).getParserPosition(),
                        "A field of \""
                                + name + "\" has no proper name. Write CAST(ROW(..) AS ROW(name type, ..)).");
            });
            names.add(name);
        }
        return names;
    }

    /** The first field inside a type that no record could have. */
    private static Optional<String> badName(FieldType type) {
        return switch (type) {
            case FieldType.Struct s -> s.fields().stream().flatMap(f -> f.name().matches(NAME)
                    ? badName(f.type()).stream()
                    : Stream.of(f.name())).findFirst();
            case FieldType.Array a -> badName(a.element());
            case FieldType.Mapping m -> badName(m.value());
            default -> Optional.empty();
        };
    }

    private static String remedy(RelDataType type) {
        return switch (type.getSqlTypeName().getFamily() == null ? "" : type.getSqlTypeName().getFamily().toString()) {
            case "NULL" -> "Write CAST(NULL AS type).";
            case "INTERVAL_DAY_TIME", "INTERVAL_YEAR_MONTH" -> "Write TIMESTAMPDIFF(unit, from, to).";
            default -> "Write a CAST.";
        };
    }

    private static SqlNode expression(SqlNode item) {
        return item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
    }

    private static SqlSelect firstSelect(SqlNode node) {
        return switch (node) {
            case SqlSelect select -> select;
            case SqlWith with -> firstSelect(with.body);
            case SqlCall call -> firstSelect(call.operand(0));
            default -> throw new IllegalStateException(node.toString());
        };
    }

    private static PlanNode named(PlanNode node, List<String> names) {
        FieldType.Struct type = node.rowType();
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Field f = type.fields().get(i);
            fields.add(new Field(names.get(i), f.type(), f.nullable()));
        }
        FieldType.Struct renamed = new FieldType.Struct(fields);
        List<Expression> columns = RelToPlan.columns(type);
        return renamed.equals(type) ? node : new PlanNode.Calc(node, Optional.empty(), columns, renamed);
    }
}
