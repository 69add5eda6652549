package millrace.topology.plan;

import java.util.List;
import java.util.Optional;
import millrace.schemas.row.FieldType;

/** A step of a plan; knows the type of the rows it gives. */
public sealed interface PlanNode {
    FieldType.Struct rowType();

    /**
     * Reads a contract's topic or another model.
     *
     * @param source the contract's name, or a model's name with layer
     * @param columns positions, in the source's row type, of the columns that anybody above reads; nothing else need
     *        be decoded. {@code rowType} has just these, in this order.
     */
    record Scan(String source, Kind kind, List<Integer> columns, FieldType.Struct rowType) implements PlanNode {
        public Scan {
            columns = List.copyOf(columns);
        }

        /** What is read. */
        public enum Kind {
            CONTRACT, MODEL
        }
    }

    /** Keeps the rows on which the condition is TRUE, and computes the columns of the output from them. */
    record Calc(PlanNode input, Optional<Expression> condition, List<Expression> projections,
            FieldType.Struct rowType) implements PlanNode {
        public Calc {
            projections = List.copyOf(projections);
            if (projections.size() != rowType.fields().size()) {
                throw new IllegalArgumentException(projections.size() + " expressions for " + rowType);
            }
        }
    }

    /** All rows of all inputs, which have the same types by position; at least two. */
    record Union(List<PlanNode> inputs, FieldType.Struct rowType) implements PlanNode {
        public Union {
            inputs = List.copyOf(inputs);
            if (inputs.size() < 2) {
                throw new IllegalArgumentException("a union of " + inputs.size());
            }
        }
    }
}
