package millrace.sinks.iceberg.age;

import java.util.List;
import java.util.Optional;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;

/** The partition of a coarser spec that holds all rows of one of a finer. */
final class Coarsening {
    private final PartitionSpec to;
    private final int[] from;
    private final PartitionUnit[] units;
    private final PartitionUnit[] coarser;

    private Coarsening(PartitionSpec to) {
        this.to = to;
        from = new int[to.fields().size()];
        units = new PartitionUnit[from.length];
        coarser = new PartitionUnit[from.length];
    }

    /** Empty if the partition of a row in one spec does not say which it has in the other. */
    static Optional<Coarsening> of(PartitionSpec finer, PartitionSpec to) {
        Coarsening coarsening = new Coarsening(to);
        for (int i = 0; i < coarsening.from.length; i++) {
            if (!coarsening.finds(i, finer)) {
                return Optional.empty();
            }
        }
        return Optional.of(coarsening);
    }

    private boolean finds(int target, PartitionSpec finer) {
        PartitionField wanted = to.fields().get(target);
        Optional<PartitionUnit> wantedUnit = PartitionUnit.of(wanted, to.schema());
        List<PartitionField> fields = finer.fields();
        for (int i = 0; i < fields.size(); i++) {
            PartitionField field = fields.get(i);
            if (field.sourceId() != wanted.sourceId()) {
                continue;
            }
            Optional<PartitionUnit> unit = PartitionUnit.of(field, finer.schema());
            boolean holds = unit.isPresent() && wantedUnit.isPresent() && unit.get().compareTo(wantedUnit.get()) <= 0;
            if (holds || isSame(field, wanted)) {
                from[target] = i;
                units[target] = unit.orElse(null);
                coarser[target] = wantedUnit.orElse(null);
                return true;
            }
        }
        return false;
    }

    /** Whether two fields say the same; the transforms of a spec that was built and one that was read are not equal. */
    static boolean isSame(PartitionField one, PartitionField other) {
        return one.sourceId() == other.sourceId()
                && one.transform().toString().equals(other.transform().toString());
    }

    StructLike of(StructLike partition) {
        PartitionData values = new PartitionData(to.partitionType());
        for (int i = 0; i < from.length; i++) {
            Object value = partition.get(from[i], Object.class);
            values.set(i, value == null || units[i] == null ? value : units[i].in(coarser[i], (Integer) value));
        }
        return values;
    }
}
