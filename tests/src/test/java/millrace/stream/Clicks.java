package millrace.stream;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.problem.Place;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.topology.assemble.Pipeline;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.model.Model;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import org.apache.avro.Schema;

/**
 * A pipeline of one contract and two models, with functions written by hand: silver.clicks doubles {@code n}, drops
 * rows whose {@code n} is divisible by 10, and fails where it is 7 modulo 100; gold.clicks passes silver's rows on.
 */
final class Clicks {
    static final String TOPIC = "web.clicks.v1";
    static final String SILVER = "web.silver.clicks";
    static final String GOLD = "web.gold.clicks";

    private static final FieldType.Struct ROW = new FieldType.Struct(List.of(Field.required("id",
            new FieldType.Text()), Field.required("n", new FieldType.Int64()),
            Field.optional("ts", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));

    private Clicks() {}

    static Contract contract(int partitions) {
        return new Contract("clicks", "clicks", "1.0.0", "active", TOPIC, "web.Click", "", "",
                ROW.fields().stream().map(Column::of).toList(), List.of(),
                Optional.of(new EventTime("ts", Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofHours(1),
                        Duration.ofMinutes(15))),
                partitions, Contract.WireFormat.AVRO, Contract.Kind.EVENT, Optional.empty(), Optional.empty(),
                List.of(Map.of()), Place.file("clicks.odcs.yaml"));
    }

    static Pipeline pipeline(int partitions) {
        var all = List.of(0, 1, 2);
        var silver = new PlanNode.Calc(new PlanNode.Scan("clicks", PlanNode.Scan.Kind.CONTRACT, all, ROW),
                Optional.empty(), List.of(column(0), column(1), column(2)), ROW);
        var gold = new PlanNode.Scan("silver.clicks", PlanNode.Scan.Kind.MODEL, all, ROW);
        return new Pipeline("web", List.of(contract(partitions)),
                List.of(new Pipeline.PlannedModel(new Plan("silver.clicks", silver, ROW), Model.Config.DEFAULT),
                        new Pipeline.PlannedModel(new Plan("gold.clicks", gold, ROW), Model.Config.DEFAULT)));
    }

    private static Expression column(int i) {
        Field field = ROW.fields().get(i);
        return new Expression.Column(i, field.name(), field.type(), field.nullable());
    }

    static Function<PlanNode.Calc, Supplier<RowFunction>> compiler() {
        return calc -> () -> Clicks::silver;
    }

    private static Object[] silver(Object[] row) throws ExpressionFailure {
        long n = (Long) row[1];
        if (isDropped(n)) {
            return null;
        }
        if (isFailing(n)) {
            throw new ExpressionFailure("100 / (n % 100 - 7)", "division by zero");
        }
        return new Object[] {row[0], n * 2, row[2]};
    }

    static boolean isDropped(long n) {
        return n % 10 == 0;
    }

    static boolean isFailing(long n) {
        return n % 100 == 7;
    }

    static Schema schema() {
        return AvroTypes.toSchema(contract(1));
    }

    static AvroRowEncoder encoder(int schemaId) {
        return AvroRowEncoder.of(schema(), ROW, schemaId);
    }

    static FieldType.Struct row() {
        return ROW;
    }
}
