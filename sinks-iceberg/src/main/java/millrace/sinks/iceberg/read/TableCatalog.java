package millrace.sinks.iceberg.read;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.time.OffsetDateTime;
import millrace.sinks.iceberg.table.RangeFilter;
import org.apache.iceberg.data.Record;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.event.RowRange;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.table.BranchTable;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.LocalFileIO;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.ZOrder;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.ByteBuffers;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * The tables of a catalog for those who only look: plain values, no Iceberg types. Methods throw what the catalog's
 * client throws if it does not answer.
 */
public final class TableCatalog implements AutoCloseable {
    private final Catalog catalog;

    private TableCatalog(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Opens a catalog by Iceberg's own properties. */
    public static TableCatalog open(Map<String, String> properties) {
        return new TableCatalog(Catalogs.open(properties));
    }

    /**
     * A column.
     *
     * @param id Iceberg's field id, by which data files know it
     * @param type in SQL's words, with nested types spelled out: {@code STRUCT(a BIGINT)}, {@code VARCHAR[]}
     * @param initial what rows have whose files do not know the column, as text that SQL casts to the type
     */
    public record ColumnView(int id, String name, String type, boolean required, Optional<String> initial) {}

    /** A live data file; {@code path} is a plain path where the file is on this machine, else its location. */
    public record FileView(String path, boolean local, long rows, long bytes, Deleted deleted) {}

    /** Which rows of a file are deleted. */
    public sealed interface Deleted {
        /** None is. */
        record Nothing() implements Deleted {}

        /** Those at some positions. */
        record Positions(Consumer<LongConsumer> source) implements Deleted {
            /** Reads them from where the table keeps them. */
            public void forEach(LongConsumer position) {
                source.accept(position);
            }
        }

        /** Those that have some values, which another writer has deleted. */
        record ByValue() implements Deleted {}
    }

    /** One state of a table. */
    public record SnapshotView(long id, Optional<Long> parent, Instant at, String operation,
            Map<String, String> summary) {}

    /**
     * What a table is.
     *
     * @param changesBy the key, if the table is one of layout {@link millrace.sinks.iceberg.table.TableSpec.Layout#CHANGELOG};
     *        empty for all others
     */
    public record TableView(String name, String location, int formatVersion, List<ColumnView> columns,
            List<String> changesBy, List<String> partitioning, List<String> order, Map<String, String> properties) {}

    /** {@code namespace.name} of every table, sorted. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        if (catalog instanceof SupportsNamespaces namespaces) {
            for (Namespace namespace : namespaces.listNamespaces()) {
                collect(namespaces, namespace, names);
            }
        }
        names.sort(Comparator.naturalOrder());
        return names;
    }

    private void collect(SupportsNamespaces namespaces, Namespace namespace, List<String> names) {
        catalog.listTables(namespace).forEach(t -> names.add(t.toString()));
        for (Namespace inner : namespaces.listNamespaces(namespace)) {
            collect(namespaces, inner, names);
        }
    }

    public Optional<TableView> table(String name) {
        return load(name).map(t -> new TableView(name, t.location(),
                t instanceof org.apache.iceberg.HasTableOperations o ? o.operations().current().formatVersion() : 0,
                t.schema().columns().stream()
                        .map(c -> new ColumnView(c.fieldId(), c.name(), sql(c.type()), c.isRequired(),
                                Optional.ofNullable(c.initialDefault()).map(value -> text(c.type(), value))))
                        .toList(),
                changesBy(t.schema()),
                t.spec().fields().stream().map(f -> f.transform() + "("
                        + t.schema().findColumnName(f.sourceId()) + ")").toList(),
                order(t),
                new TreeMap<>(t.properties())));
    }

    private static List<String> order(Table table) {
        return ZOrder.of(table).map(z -> List.of("zorder(" + String.join(", ", z.names(table.schema())) + ")"))
                .orElseGet(() -> table.sortOrder().fields().stream()
                        .map(f -> table.schema().findColumnName(f.sourceId()) + " "
                                + f.direction().name().toLowerCase(Locale.ROOT))
                        .toList());
    }

    private static List<String> changesBy(Schema schema) {
        return schema.findField(OriginColumn.CHANGE.columnName()) == null
                ? List.of()
                : schema.columns().stream().filter(c -> schema.identifierFieldIds().contains(c.fieldId()))
                        .map(Types.NestedField::name).toList();
    }

    /** The files that hold the table's rows now; none if there is no such table or no row. */
    public List<FileView> files(String name) {
        Optional<Table> table = load(name);
        List<FileView> files = new ArrayList<>();
        if (table.isEmpty() || table.get().currentSnapshot() == null) {
            return files;
        }
        try (CloseableIterable<FileScanTask> tasks = table.get().newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                String location = task.file().location();
                boolean local = LocalFileIO.isLocal(location);
                files.add(new FileView(local ? LocalFileIO.path(location).toString() : location, local,
                        task.file().recordCount(), task.file().fileSizeInBytes(), deleted(table.get(), task)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static Deleted deleted(Table table, FileScanTask task) {
        if (task.deletes().isEmpty()) {
            return new Deleted.Nothing();
        }
        if (task.deletes().stream().anyMatch(d -> d.content() == FileContent.EQUALITY_DELETES)) {
            return new Deleted.ByValue();
        }
        List<DeleteFile> deletes = List.copyOf(task.deletes());
        String file = task.file().location();
        return new Deleted.Positions(to -> new BaseDeleteLoader(d -> table.io().newInputFile(d.location()))
                .loadPositionDeletes(deletes, file).forEach(to::accept));
    }

    /**
     * The files that may hold rows of a stretch of time; empty if there is no such table or column.
     *
     * @param column of type timestamp; absent for all rows
     * @param from inclusive; absent for the beginning of time, as {@code to}, exclusive, for its end
     */
    public Optional<RangeFiles> range(String name, Optional<String> column, Optional<Instant> from,
            Optional<Instant> to) {
        return load(name).filter(t -> column.isEmpty() || t.schema().findField(column.get()) != null)
                .map(t -> column.isEmpty()
                        ? RangeFiles.of(t, "", Optional.empty(), Optional.empty())
                        : RangeFiles.of(t, column.get(), from, to));
    }

    /**
     * By partition of its topic, the last offset that a bronze table has of a stretch of time; absent if there is no such
     * table or column.
     */
    public Optional<SortedMap<Integer, Long>> lastOffsets(String name, RowRange range) {
        return load(name).filter(t -> t.schema().findField(range.column()) != null
                && t.schema().findField(OriginColumn.OFFSET.columnName()) != null).map(t -> LastOffsets.of(t, range));
    }

    /**
     * Gives some columns of the rows of a stretch, in no order: numbers and texts as they are, times as microseconds.
     *
     * @return false if there is no such table, or it has not all of the columns
     */
    public boolean rows(String name, RowRange range, List<String> columns, Consumer<Object[]> to) {
        Optional<Table> table = load(name).filter(t -> columns.stream().allMatch(c -> t.schema().findField(c) != null));
        table.ifPresent(t -> {
            try (TableRows rows = TableRows.of(t, RangeFilter.of(range), columns.toArray(String[]::new))) {
                for (Record row : rows) {
                    Object[] values = new Object[columns.size()];
                    for (int i = 0; i < values.length; i++) {
                        Object value = row.getField(columns.get(i));
                        values[i] = value instanceof OffsetDateTime time
                                ? (Object) ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant())
                                : value;
                    }
                    to.accept(values);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return table.isPresent();
    }

    /** Up to where a table has the records of its topic. */
    public SourcePosition landed(String name) {
        return load(name).map(MarkedTable::look).flatMap(look -> look instanceof TableLook.Found found
                ? found.state().position()
                : Optional.empty()).orElse(SourcePosition.start(""));
    }

    /** By partition of its topic, the first offset that a bronze table has; empty if there is no such table, or no row. */
    public SortedMap<Integer, Long> firstOffsets(String name) {
        return load(name).map(FirstOffsets::of).orElseGet(TreeMap::new);
    }

    /** The newest first; of a branch those that have led to it. */
    public List<SnapshotView> snapshots(String name) {
        List<SnapshotView> views = new ArrayList<>();
        load(name).ifPresent(t -> {
            for (Snapshot s : t instanceof BranchTable ? SnapshotUtil.currentAncestors(t) : t.snapshots()) {
                views.add(new SnapshotView(s.snapshotId(), Optional.ofNullable(s.parentId()),
                        Instant.ofEpochMilli(s.timestampMillis()), s.operation(), new TreeMap<>(s.summary())));
            }
        });
        views.sort(Comparator.comparing(SnapshotView::at).reversed());
        return views;
    }

    private Optional<Table> load(String name) {
        return Catalogs.load(catalog, name);
    }

    private static String sql(Type type) {
        return switch (type.typeId()) {
            case BOOLEAN -> "BOOLEAN";
            case INTEGER -> "INTEGER";
            case LONG -> "BIGINT";
            case FLOAT -> "REAL";
            case DOUBLE -> "DOUBLE";
            case DATE -> "DATE";
            case TIME -> "TIME";
            case TIMESTAMP -> ((Types.TimestampType) type).shouldAdjustToUTC() ? "TIMESTAMPTZ" : "TIMESTAMP";
            case STRING -> "VARCHAR";
            case UUID -> "UUID";
            case FIXED, BINARY -> "BLOB";
            case DECIMAL -> "DECIMAL(" + ((Types.DecimalType) type).precision() + ","
                    + ((Types.DecimalType) type).scale() + ")";
            case STRUCT -> "STRUCT(" + String.join(", ", type.asStructType().fields().stream()
                    .map(f -> "\"" + f.name().replace("\"", "\"\"") + "\" " + sql(f.type())).toList()) + ")";
            case LIST -> sql(type.asListType().elementType()) + "[]";
            case MAP -> "MAP(" + sql(type.asMapType().keyType()) + ", " + sql(type.asMapType().valueType()) + ")";
            default -> type.toString().toUpperCase(Locale.ROOT);
        };
    }

    private static String text(Type type, Object value) {
        return switch (type.typeId()) {
            case DATE -> LocalDate.ofEpochDay((Integer) value).toString();
            case TIME -> LocalTime.ofNanoOfDay((Long) value * 1_000).toString();
            case TIMESTAMP -> Instant.EPOCH.plus((Long) value, ChronoUnit.MICROS).toString();
            case DECIMAL -> ((BigDecimal) value).toPlainString();
            case FIXED, BINARY -> {
                StringBuilder bytes = new StringBuilder();
                for (byte b : ByteBuffers.toByteArray((ByteBuffer) value)) {
                    bytes.append(String.format(Locale.ROOT, "\\x%02X", b));
                }
                yield bytes.toString();
            }
            default -> value.toString();
        };
    }

    @Override
    public void close() {
        Catalogs.close(catalog);
    }
}
