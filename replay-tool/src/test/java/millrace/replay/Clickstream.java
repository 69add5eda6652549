package millrace.replay;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Place;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.topology.assemble.Pipeline;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.sql.SqlCompiler;

/** A pipeline over clicks and users: rows alone, deduplicated, per hour, of all time. */
public final class Clickstream {
    public static final Duration DISORDER = Duration.ofSeconds(30);
    public static final Duration LATENESS = Duration.ofHours(2);

    private static final FieldType.Struct CLICK = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64()), Field.optional("who", new FieldType.Text()),
                    Field.required("ts", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));

    private static final Map<String, String> SQL = Map.of(
            "silver.all", "SELECT id, who, ts FROM clicks WHERE id > 0",
            "silver.clicks", """
                SELECT id, who, ts FROM clicks
                QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts) = 1""",
            "gold.hourly", """
                SELECT who, window_start, window_end, COUNT(*) AS n
                FROM TABLE(TUMBLE(TABLE silver.clicks, DESCRIPTOR(ts), INTERVAL '1' HOUR))
                GROUP BY who, window_start, window_end""",
            "gold.ever", "SELECT who, COUNT(*) AS n FROM silver.clicks GROUP BY who");

    private Clickstream() {}

    public static Contract contract(String name, int partitions) {
        return new Contract(name, name, "1.0.0", "active", "web." + name, "test." + name, "", "test",
                CLICK.fields().stream().map(Column::of).toList(), List.of(),
                Optional.of(new EventTime("ts", DISORDER, LATENESS, Duration.ofHours(1), Duration.ofMinutes(15))),
                partitions, Contract.WireFormat.AVRO, Contract.Kind.EVENT, Optional.empty(), Optional.empty(),
                List.of(), Place.file("contracts/" + name + ".odcs.yaml"));
    }

    public static Pipeline pipeline() {
        Map<String, Model> models = new HashMap<>();
        SQL.forEach((name, sql) -> {
            String[] parts = name.split("\\.");
            Model.Config config = Model.Config.DEFAULT.withRetention(
                    name.equals("silver.clicks") ? Duration.ofHours(24) : Model.Config.FOREVER);
            models.put(name, new Model(parts[0], parts[1], name + ".sql", sql, "", List.of(), switch (name) {
                case "silver.clicks" -> config.withUniqueKey(List.of("id", "ts"));
                case "gold.hourly" -> config.withUniqueKey(List.of("who", "window_start"));
                case "gold.ever" -> config.withUniqueKey(List.of("who"));
                default -> config;
            }));
        });
        List<Contract> contracts = List.of(contract("clicks", 2));
        List<Plan> plans = SqlCompiler.compile(contracts, List.copyOf(models.values()), FunctionLibrary.builtIn());
        return new Pipeline("web", contracts, plans.stream()
                .map(p -> new Pipeline.PlannedModel(p, models.get(p.model()).config())).toList());
    }

    public static List<Plan> plans() {
        return pipeline().models().stream().map(Pipeline.PlannedModel::plan).toList();
    }
}
