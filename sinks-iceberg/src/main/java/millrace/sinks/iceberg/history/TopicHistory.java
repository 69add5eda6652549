package millrace.sinks.iceberg.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.JsonRowEncoder;
import millrace.sinks.iceberg.commit.MarkedTable;
import millrace.sinks.iceberg.commit.TableLook;
import millrace.sinks.iceberg.event.OffsetRange;
import millrace.sinks.iceberg.event.SourcePosition;
import millrace.sinks.iceberg.read.FileBounds;
import millrace.sinks.iceberg.read.FirstOffsets;
import millrace.sinks.iceberg.table.Catalogs;
import millrace.sinks.iceberg.table.OriginColumn;
import millrace.sinks.iceberg.table.SinkProblem;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;

/**
 * What a bronze table has of its topic: every record that was delivered up to where the table had come when this was last
 * brought up to date. Safe for several threads.
 */
public final class TopicHistory implements AutoCloseable {
    private final Catalog catalog;
    private final Table table;
    private final Contract contract;
    private final ToIntFunction<org.apache.avro.Schema> schemaIds;
    private final List<org.apache.avro.Schema> writers;
    private final boolean forgets;
    private final Map<String, RowBlocks> blocks = new ConcurrentHashMap<>();

    private TopicHistory(Catalog catalog, Table table, Contract contract, List<org.apache.avro.Schema> writers,
            boolean forgets, ToIntFunction<org.apache.avro.Schema> schemaIds) {
        this.catalog = catalog;
        this.forgets = forgets;
        this.table = table;
        this.contract = contract;
        this.writers = List.copyOf(writers);
        this.schemaIds = schemaIds;
    }

    /**
     * Opens a table.
     *
     * @param properties of the catalog, Iceberg's own
     * @param contract of the topic, which the records are to be read by
     * @param writers schemas that the records may have, if the topic holds Avro
     * @param forgets whether rows leave the table as they grow old
     * @param schemaIds knows the registry's id of a schema, by which records are written anew
     * @return empty if there is no such table
     */
    public static Optional<TopicHistory> open(Map<String, String> properties, String table, Contract contract,
            List<org.apache.avro.Schema> writers, boolean forgets, ToIntFunction<org.apache.avro.Schema> schemaIds) {
        Catalog catalog = Catalogs.open(properties);
        Optional<TopicHistory> history = Optional.empty();
        try {
            history = Catalogs.load(catalog, table)
                    .map(t -> new TopicHistory(catalog, t, contract, writers, forgets, schemaIds));
            return history;
        } finally {
            if (history.isEmpty()) {
                Catalogs.close(catalog);
            }
        }
    }

    /** Takes in what the table has got since. */
    public synchronized void refresh() {
        table.refresh();
    }

    /** Up to where it has the records, and of which topic; a partition that is not named has none. */
    private SourcePosition position() {
        return switch (MarkedTable.look(table)) {
            case TableLook.Found found -> found.state().position().orElse(SourcePosition.start(""));
            case TableLook.Unusable unusable -> throw new ProblemException(unusable.problem());
        };
    }

    /** Why records whose bytes were not kept cannot be given back as they were; empty if they can. */
    public synchronized List<Problem> problems() {
        return HistoryCheck.problems(table.schema(), table.schemas().values(), contract, writers);
    }

    /**
     * Reads records as the table has them now.
     *
     * @param topicId Kafka's id of the topic, as text
     * @param ranges by partition
     * @throws ProblemException with {@link SinkProblem#HISTORY_GONE} if it does not have all of them
     */
    public synchronized HistoryReader read(String topicId, Map<Integer, OffsetRange> ranges) {
        requireAll(topicId, ranges);
        Schema schema = table.schema();
        Schema projection = new Schema(schema.columns().stream().filter(f -> !f.type().isVariantType()).toList());
        NestedField partition = column(schema, OriginColumn.TOPIC_PARTITION);
        NestedField offset = column(schema, OriginColumn.OFFSET);
        Schema origin = new Schema(partition, offset);
        KeptColumns columns = KeptColumns.of(schema, contract);
        List<FileReading> files = new ArrayList<>();
        for (FileScanTask task : tasks(ranges)) {
            files.add(new FileReading(table, task, projection, FileBounds.of(task.file(), partition, offset),
                    () -> blocks.computeIfAbsent(name(task), n -> FileReading.blocks(table, task, origin))));
        }
        return new HistoryReader(new KeptRows(contract.topic(), projection, columns, encoder(columns)), files, ranges);
    }

    private static NestedField column(Schema schema, OriginColumn column) {
        return schema.findField(column.columnName());
    }

    private List<FileScanTask> tasks(Map<Integer, OffsetRange> ranges) {
        List<FileScanTask> tasks = new ArrayList<>();
        if (table.currentSnapshot() == null) {
            return tasks;
        }
        Expression filter = Expressions.alwaysFalse();
        for (Map.Entry<Integer, OffsetRange> range : ranges.entrySet()) {
            filter = Expressions.or(filter, Expressions.and(
                    Expressions.equal(OriginColumn.TOPIC_PARTITION.columnName(), range.getKey()),
                    Expressions.greaterThanOrEqual(OriginColumn.OFFSET.columnName(), range.getValue().from()),
                    Expressions.lessThan(OriginColumn.OFFSET.columnName(), range.getValue().to())));
        }
        try (CloseableIterable<FileScanTask> planned = table.newScan().filter(filter).includeColumnStats()
                .planFiles()) {
            planned.forEach(tasks::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tasks;
    }

    /** A file whose dead rows are others is another one. */
    private static String name(FileScanTask task) {
        StringBuilder name = new StringBuilder(task.file().location());
        task.deletes().forEach(d -> name.append(' ').append(d.location()).append(d.contentOffset()));
        return name.toString();
    }

    /** Writes values as a producer would that knows of the table's columns. */
    private Function<Object[], byte[]> encoder(KeptColumns columns) {
        List<Problem> problems = problems();
        if (!problems.isEmpty()) {
            return values -> {
                throw new ProblemException(problems);
            };
        }
        return switch (contract.format()) {
            case AVRO -> {
                org.apache.avro.Schema schema = AvroTypes.toSchema(contract.recordName(), columns.row());
                yield AvroRowEncoder.of(schema, columns.row(), schemaIds.applyAsInt(schema))::encode;
            }
            case JSON -> JsonRowEncoder.of(columns.row())::encode;
        };
    }

    /** Makes sure that it has every record of some ranges, as far as it tells what it has landed and what it lets go with age. */
    private void requireAll(String topicId, Map<Integer, OffsetRange> ranges) {
        SourcePosition position = position();
        Map<Integer, Long> firstOffsets = forgets ? FirstOffsets.of(table) : Map.of();
        ranges.forEach((partition, range) -> {
            long end = upTo(position, topicId, partition);
            long first = forgets ? firstOffsets.getOrDefault(partition, end) : range.from();
            if (!position.topicId().isEmpty() && !position.topicId().equals(topicId)) {
                throw gone(partition, range, "has the records of a topic of that name that was there before.");
            } else if (end < range.to()) {
                throw gone(partition, range, "has them up to " + end + ".");
            } else if (first > range.from()) {
                throw gone(partition, range, "has let go those before " + first + ".");
            }
        });
    }

    private ProblemException gone(int partition, OffsetRange range, String found) {
        return new ProblemException(Problem.of(SinkProblem.HISTORY_GONE, contract.topic(), "Records " + range.from()
                + " to " + range.to() + " of partition " + partition + " of " + contract.topic()
                + " are not in Kafka any more, and " + table.name() + " " + found)
                .withRemedy(SinkProblem.HISTORY_GONE.remedy()));
    }

    /** Up to which offset it has all records of a partition of a topic; 0 if it has none. */
    public synchronized long upTo(String topicId, int partition) {
        return upTo(position(), topicId, partition);
    }

    private static long upTo(SourcePosition position, String topicId, int partition) {
        return position.topicId().equals(topicId) ? position.next(partition).orElse(0) : 0;
    }

    /** What to say where there is no such table. */
    public static ProblemException missing(String table) {
        return new ProblemException(Problem.of(SinkProblem.HISTORY_GONE, table, "There is no table " + table + ".")
                .withRemedy(SinkProblem.HISTORY_GONE.remedy()));
    }

    @Override
    public void close() {
        Catalogs.close(catalog);
    }
}
