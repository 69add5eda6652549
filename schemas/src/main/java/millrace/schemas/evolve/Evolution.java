package millrace.schemas.evolve;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.EventTime;
import millrace.schemas.row.FieldType;

/** Judges a new version of a contract by the earlier ones; pure, and in agreement with Avro's own rules. */
public final class Evolution {
    private Evolution() {}

    /** Every difference, in the order of the newer contract's columns, what was removed last. */
    public static List<Change> changes(Contract older, Contract newer) {
        List<Change> out = new ArrayList<>();
        frame(out, "topic", older.topic(), newer.topic());
        frame(out, "record name", older.recordName(), newer.recordName());
        frame(out, "format", older.format().name(), newer.format().name());
        treatment(out, "key", older.key().toString(), newer.key().toString());
        treatment(out, "event time", column(older), column(newer));
        treatment(out, "kind", older.kind().name(), newer.kind().name());
        columns(out, older.columns(), newer.columns(), "");
        return out;
    }

    /**
     * Whether a version may follow.
     *
     * @param earlier oldest first; only the last counts unless the mode is transitive
     */
    public static Verdict verdict(Compatibility mode, List<Contract> earlier, Contract candidate) {
        List<Verdict.Break> breaks = new ArrayList<>();
        int from = mode.isTransitive() ? 0 : Math.max(0, earlier.size() - 1);
        for (Contract version : earlier.subList(from, earlier.size())) {
            for (Change change : changes(version, candidate)) {
                if (mode.protectsNewReaders() && change.breaksNewReaders()) {
                    breaks.add(new Verdict.Break(change, version.version(), Verdict.Whom.NEW_READERS));
                }
                if (mode.protectsOldReaders() && change.breaksOldReaders()) {
                    breaks.add(new Verdict.Break(change, version.version(), Verdict.Whom.OLD_READERS));
                }
            }
        }
        return new Verdict(mode, breaks);
    }

    private static String column(Contract c) {
        return c.eventTime().map(EventTime::column).orElse("none");
    }

    private static void frame(List<Change> out, String what, String older, String newer) {
        if (!older.equals(newer)) {
            out.add(new Change.FrameChanged(what, older, newer));
        }
    }

    private static void treatment(List<Change> out, String what, String older, String newer) {
        if (!older.equals(newer)) {
            out.add(new Change.TreatmentChanged(what, older, newer));
        }
    }

    private static void columns(List<Change> out, List<Column> older, List<Column> newer, String path) {
        Set<String> matched = new HashSet<>();
        for (Column c : newer) {
            Optional<Column> before = earlier(older, c);
            if (before.isEmpty()) {
                out.add(new Change.Added(path + c.name(), c.field().type(), isOptional(c)));
                continue;
            }
            Column b = before.get();
            matched.add(b.name());
            if (!b.name().equals(c.name())) {
                out.add(new Change.Renamed(path + b.name(), path + c.name(), isOptional(b)));
            }
            column(out, b, c, path + c.name());
        }
        older.stream().filter(c -> !matched.contains(c.name())).forEach(
                c -> out.add(new Change.Removed(path + c.name(), c.field().type(), isOptional(c))));
    }

    private static Optional<Column> earlier(List<Column> older, Column c) {
        return named(older, c.name()).or(
                () -> c.aliases().stream().flatMap(a -> named(older, a).stream()).findFirst());
    }

    private static Optional<Column> named(List<Column> columns, String name) {
        return columns.stream().filter(c -> c.name().equals(name)).findFirst();
    }

    private static boolean isOptional(Column c) {
        return c.field().nullable() || c.defaultValue().isPresent();
    }

    private static void column(List<Change> out, Column older, Column newer, String path) {
        FieldType from = older.field().type();
        FieldType to = newer.field().type();
        if (older.field().nullable() && !newer.field().nullable()) {
            out.add(new Change.BecameRequired(path));
        } else if (!older.field().nullable() && newer.field().nullable()) {
            out.add(new Change.BecameOptional(path));
        }
        if (from instanceof FieldType.Struct && to instanceof FieldType.Struct) {
            columns(out, older.inside(), newer.inside(), path + ".");
        } else if (from instanceof FieldType.Array && to instanceof FieldType.Array
                || from instanceof FieldType.Mapping && to instanceof FieldType.Mapping) {
            column(out, older.inside().get(0), newer.inside().get(0), path + "[]");
        } else if (!from.equals(to)) {
            if (isOtherType(from, to)) {
                out.add(new Change.TypeChanged(path, from, to));
            }
            if (meansOther(from, to) || meansOther(to, from)) {
                out.add(new Change.MeaningChanged(path, from, to));
            }
        }
        promises(out, older, newer, path);
        if (newer.deprecated() && !older.deprecated()) {
            out.add(new Change.Deprecated(path));
        }
    }

    /** A reader in one direction or the other notices, or nobody needs to. */
    private static boolean isOtherType(FieldType from, FieldType to) {
        return !Promotion.readable(from, to) || !Promotion.readable(to, from)
                || Promotion.sameMeaning(from, to) && Promotion.sameMeaning(to, from);
    }

    /** The bytes are taken without complaint and mean another value. */
    private static boolean meansOther(FieldType written, FieldType wanted) {
        return Promotion.readable(written, wanted) && !Promotion.sameMeaning(written, wanted);
    }

    private static void promises(List<Change> out, Column older, Column newer, String path) {
        List<String> dropped = older.expectations().stream().filter(e -> !newer.expectations().contains(e))
                .map(e -> e.describe(older.field().type())).toList();
        List<String> added = newer.expectations().stream().filter(e -> !older.expectations().contains(e))
                .map(e -> e.describe(newer.field().type())).toList();
        if (!dropped.isEmpty() || !added.isEmpty()) {
            out.add(new Change.PromisesChanged(path, dropped, added));
        }
    }
}
