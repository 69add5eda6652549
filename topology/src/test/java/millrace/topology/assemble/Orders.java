package millrace.topology.assemble;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.contract.Expectation;
import millrace.schemas.problem.Place;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.topology.compile.ExpressionFailure;
import millrace.topology.compile.RowFunction;
import millrace.topology.model.Model;
import millrace.topology.origin.SourceTopic;
import millrace.topology.plan.Expression;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.quarantine.QuarantineRecord;
import millrace.topology.source.SourceTime;
import org.apache.kafka.common.Uuid;

/** Contracts and models for tests, with a small interpreter in place of the compiler. */
public final class Orders {
    public static final FieldType.Struct ROW = new FieldType.Struct(List.of(
            Field.required("id", new FieldType.Text()), Field.optional("amount", new FieldType.Int64()),
            Field.optional("unused", new FieldType.Text()),
            Field.optional("at", new FieldType.Timestamp(FieldType.TimeUnit.MICROS, true))));
    public static final Uuid TOPIC_ID = new Uuid(7, 11);

    private Orders() {}

    /** Amounts are at most 1000; disorder 2 s, lateness 10 s, at most an hour ahead. */
    public static Contract contract(String name, int partitions) {
        List<Column> columns = new ArrayList<>(ROW.fields().stream().map(Column::of).toList());
        Column amount = columns.get(1);
        columns.set(1, new Column(amount.field(), "", false,
                List.of(new Expectation.Range(Optional.empty(), false, Optional.of(BigDecimal.valueOf(1000)), false)),
                List.of(), Optional.empty(), false, Optional.empty(), false, List.of(), Place.file("")));
        return new Contract(name, name, "2.1.0", "active", name + "-topic", "shop." + name, "", "", columns, List.of(),
                Optional.of(new EventTime("at", Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofHours(1),
                        Duration.ofMinutes(15))),
                partitions, Contract.WireFormat.AVRO, Contract.Kind.EVENT, Optional.empty(), Optional.empty(),
                List.of(), Place.file(name + ".odcs.yaml"));
    }

    public static AvroRowEncoder encoder(int schemaId) {
        return AvroRowEncoder.of(AvroTypes.toSchema(contract("orders", 1)), ROW, schemaId);
    }

    public static PlanNode.Scan scan(String source, PlanNode.Scan.Kind kind, FieldType.Struct of, int... columns) {
        List<Integer> positions = Arrays.stream(columns).boxed().toList();
        return new PlanNode.Scan(source, kind, positions,
                new FieldType.Struct(positions.stream().map(of.fields()::get).toList()));
    }

    /** The columns of the input, by position, all of them where the condition (if any) holds. */
    public static PlanNode.Calc calc(PlanNode input, Optional<Expression> condition, Expression... projections) {
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < projections.length; i++) {
            String name = projections[i] instanceof Expression.Column c ? c.name() : "c" + i;
            fields.add(new Field(name, projections[i].type(), projections[i].nullable()));
        }
        return new PlanNode.Calc(input, condition, List.of(projections), new FieldType.Struct(fields));
    }

    public static Expression column(PlanNode input, int index) {
        Field field = input.rowType().fields().get(index);
        return new Expression.Column(index, field.name(), field.type(), field.nullable());
    }

    public static Expression call(String function, Expression... operands) {
        return new Expression.Call(function, List.of(operands), new FieldType.Int64(), true);
    }

    public static Expression literal(long value) {
        return new Expression.Literal(value, new FieldType.Int64(), false);
    }

    public static Pipeline.PlannedModel model(String name, PlanNode root, String... uniqueKey) {
        return new Pipeline.PlannedModel(new Plan(name, root, root.rowType()),
                Model.Config.DEFAULT.withUniqueKey(List.of(uniqueKey)));
    }

    /** Registers what the pipeline writes and makes up the topics. */
    public static Surroundings surroundings(Pipeline pipeline, MemoryRegistry registry) {
        Map<String, SourceTopic> sources = new HashMap<>();
        Map<String, Integer> ids = new HashMap<>();
        Map<String, Integer> largest = new HashMap<>();
        List<String> names = pipeline.contracts().stream().map(Contract::name).sorted().toList();
        for (Contract c : pipeline.contracts()) {
            sources.put(c.name(), new SourceTopic(c, TOPIC_ID, c.partitions(), names.indexOf(c.name())));
            String topic = QuarantineRecord.topicOf(c.topic());
            ids.put(Pipeline.subjectOf(topic),
                    registry.register("", AvroTypes.toSchema(topic, QuarantineRecord.ROW)));
            largest.put(topic, 10_000);
        }
        for (Pipeline.PlannedModel m : pipeline.models()) {
            String topic = pipeline.topicOf(m.name());
            ids.put(Pipeline.subjectOf(topic), registry.register("", AvroTypes.toSchema(topic, m.plan().rowType())));
            largest.put(topic, 10_000);
            pipeline.sideTopicsOf(m).forEach((side, row) -> {
                ids.put(Pipeline.subjectOf(side), registry.register("", AvroTypes.toSchema(side, row)));
                largest.put(side, 10_000);
            });
        }
        return new Surroundings(sources, ids, largest, Duration.ofMillis(100), SourceTime.NONE);
    }

    /** Columns, literals, {@code >}, {@code *} and {@code /}. */
    public static Function<PlanNode.Calc, Supplier<RowFunction>> interpreter() {
        return calc -> () -> row -> {
            if (calc.condition().isPresent() && !Boolean.TRUE.equals(value(calc.condition().get(), row))) {
                return null;
            }
            Object[] out = new Object[calc.projections().size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = value(calc.projections().get(i), row);
            }
            return out;
        };
    }

    private static Object value(Expression expression, Object[] row) throws ExpressionFailure {
        if (expression instanceof Expression.Column c) {
            return row[c.index()];
        } else if (expression instanceof Expression.Literal l) {
            return l.value();
        } else if (expression instanceof Expression.Call call) {
            Long a = (Long) value(call.operands().get(0), row);
            Long b = (Long) value(call.operands().get(1), row);
            if (a == null || b == null) {
                return null;
            }
            if (call.function().equals("/") && b == 0) {
                throw new ExpressionFailure(a + " / amount", "division by zero");
            }
            return switch (call.function()) {
                case ">" -> a > b;
                case "*" -> a * b;
                case "/" -> a / b;
                default -> throw new IllegalArgumentException(call.function());
            };
        }
        throw new IllegalArgumentException(expression.toString());
    }
}
