package millrace.schemas.contract;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import millrace.schemas.row.FieldType;

/**
 * Everything that a contract promises of each record beside its types, compiled for asking often. Decoders see to types
 * and required values themselves. An instance serves one thread at a time.
 */
public final class RecordChecks {
    private final ValueCheck.Fields fields;

    private RecordChecks(ValueCheck.Fields fields) {
        this.fields = fields;
    }

    public static RecordChecks of(Contract contract) {
        return new RecordChecks(fields(contract.columns()));
    }

    /** The slots that must be decoded for the checks to see them. */
    public BitSet columns() {
        BitSet needed = new BitSet();
        for (int slot : fields.slots()) {
            needed.set(slot);
        }
        return needed;
    }

    /** The first broken promise in the order of the columns, or null if all hold. */
    public Violation firstViolation(Object[] row) {
        return fields.check(row);
    }

    private static ValueCheck.Fields fields(List<Column> columns) {
        List<Integer> slots = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<ValueCheck> checks = new ArrayList<>();
        for (int slot = 0; slot < columns.size(); slot++) {
            for (ValueCheck check : checks(columns.get(slot))) {
                slots.add(slot);
                names.add(columns.get(slot).name());
                checks.add(check);
            }
        }
        return new ValueCheck.Fields(slots.stream().mapToInt(Integer::intValue).toArray(),
                names.toArray(String[]::new), checks.toArray(ValueCheck[]::new));
    }

    private static List<ValueCheck> checks(Column c) {
        FieldType type = c.field().type();
        List<ValueCheck> out = new ArrayList<>();
        c.expectations().forEach(e -> out.add(ValueCheck.of(type, e)));
        if (type instanceof FieldType.Struct) {
            ValueCheck.Fields inside = fields(c.nested());
            if (inside.checks().length > 0) {
                out.add(inside);
            }
        } else if (!c.nested().isEmpty()) {
            for (ValueCheck inside : checks(c.nested().get(0))) {
                out.add(type instanceof FieldType.Array
                        ? new ValueCheck.Elements(inside)
                        : new ValueCheck.Values(inside));
            }
        }
        return out;
    }
}
