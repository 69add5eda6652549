package millrace.ops.http;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;

import millrace.ops.observe.Condition;
import millrace.ops.observe.PipelineStatus;
import millrace.ops.observe.Status;
import millrace.ops.observe.StatusSource;
import millrace.ops.observe.TableStatus;
import millrace.topology.run.LocalState.Store;

/** The numbers of the status as {@code millrace_*} gauges, brought up to date just before they are scraped. */
@ServerFilter("/prometheus")
class StatusGauges {
    private final StatusSource source;
    private final List<TableGauge> tables;
    private final MultiGauge partitionLag;
    private final MultiGauge quarantined;
    private final MultiGauge blocked;
    private final MultiGauge condition;
    private final List<StoreGauge> stores;
    private final MultiGauge stateMemory;

    /** A number of each store. */
    private record StoreGauge(MultiGauge gauge, ToLongFunction<Store> value) {}

    /** A number of each table that has it. */
    private record TableGauge(MultiGauge gauge, Function<TableStatus, Stream<Number>> value) {}

    StatusGauges(StatusSource source, MeterRegistry registry) {
        this.source = source;
        this.tables = List.of(
                table(registry, "rows", "rows", "Live rows", t -> Stream.of(t.rows())),
                table(registry, "files", "files", "Live data files", t -> Stream.of(t.files())),
                table(registry, "small", "files", "Data files under half of the target size",
                        t -> Stream.of(t.smallFiles())),
                table(registry, "rewritten.before", "files",
                        "Data files that were replaced by better ones in the last hour",
                        t -> Stream.of(t.upkeep().filesBefore())),
                table(registry, "rewritten.after", "files", "Data files that took their place",
                        t -> Stream.of(t.upkeep().filesAfter())),
                table(registry, "size", "bytes", "Bytes of the live data files", t -> Stream.of(t.bytes())),
                table(registry, "lag", "records", "Offsets on the topic that are not in the table",
                        t -> Stream.of(t.lag())),
                table(registry, "freshness", "seconds", "Age of the newest record in the table",
                        t -> t.freshness().map(StatusGauges::seconds).stream()),
                table(registry, "waiting", "seconds", "Age of the oldest record that is not in the table; 0 if none",
                        t -> Stream.of(t.waiting().map(StatusGauges::seconds).orElse(0.0))),
                table(registry, "last.commit.timestamp", "seconds", "When a commit last added rows",
                        t -> t.lastCommit().map(StatusGauges::seconds).stream()),
                table(registry, "complete.through.timestamp", "seconds",
                        "Event time up to which nothing on time is missing",
                        t -> t.completeThrough().map(StatusGauges::seconds).stream()));
        this.partitionLag = MultiGauge.builder("millrace.partition.lag").baseUnit("records")
                .description("Offsets of one partition that are not in the table").register(registry);
        this.quarantined = MultiGauge.builder("millrace.quarantine").baseUnit("records")
                .description("Committed quarantine records by reason").register(registry);
        this.blocked = MultiGauge.builder("millrace.blocked").description("1 while something cannot go on")
                .register(registry);
        this.condition = MultiGauge.builder("millrace.table.condition")
                .description("1 for the condition that the table is in, 0 for the others").register(registry);
        this.stores = List.of(
                store(registry, "entries", "entries", "Entries of a task's store, as RocksDB estimates them",
                        Store::entries),
                store(registry, "size", "bytes", "Bytes of a task's store on disk and in its write buffers",
                        Store::bytes),
                store(registry, "missing", "records", "Records of its changelog that a task's store does not have yet",
                        Store::missing),
                store(registry, "restored", "records",
                        "Records of its changelog that a task's store was given since it was opened",
                        Store::restored));
        this.stateMemory = MultiGauge.builder("millrace.state.memory").baseUnit("bytes")
                .description("Memory beside the heap of all stores of the process").register(registry);
    }

    @RequestFilter
    @ExecuteOn(TaskExecutors.BLOCKING)
    void refresh() {
        Status status = source.status();
        for (TableGauge gauge : tables) {
            gauge.gauge().register(rows(status.tables().stream()
                    .flatMap(t -> gauge.value().apply(t).map(v -> Row.of(tags(t), v)))), true);
        }
        partitionLag.register(rows(status.tables().stream().flatMap(t -> t.partitions().stream().map(
                p -> Row.of(tags(t).and("partition", Integer.toString(p.partition())), p.lag())))), true);
        quarantined.register(rows(status.quarantine().stream().flatMap(q -> q.byReason().entrySet().stream().map(
                e -> Row.of(Tags.of("pipeline", q.pipeline(), "source", q.source(), "reason", e.getKey()),
                        e.getValue())))),
                true);
        blocked.register(rows(status.blocked().stream().map(
                b -> Row.of(Tags.of("subject", b.subject(), "code", b.code()), 1))), true);
        condition.register(rows(status.tables().stream().flatMap(t -> Stream.of(Condition.values()).map(
                c -> Row.of(tags(t).and("condition", c.name().toLowerCase(Locale.ROOT)),
                        c == t.condition() ? 1 : 0)))),
                true);
        for (StoreGauge gauge : stores) {
            gauge.gauge().register(rows(status.pipelines().stream().flatMap(p -> p.keeps().stores().stream()
                    .map(s -> Row.of(tags(p, s), gauge.value().applyAsLong(s))))), true);
        }
        stateMemory.register(rows(Stream.of(Row.of(Tags.empty(), status.pipelines().stream()
                .mapToLong(p -> p.keeps().memory()).max().orElse(0)))), true);
    }

    private static StoreGauge store(MeterRegistry registry, String name, String unit, String description,
            ToLongFunction<Store> value) {
        return new StoreGauge(MultiGauge.builder("millrace.state." + name).baseUnit(unit).description(description)
                .register(registry), value);
    }

    private static TableGauge table(MeterRegistry registry, String name, String unit, String description,
            Function<TableStatus, Stream<Number>> value) {
        return new TableGauge(MultiGauge.builder("millrace.table." + name).baseUnit(unit).description(description)
                .register(registry), value);
    }

    private static Tags tags(TableStatus table) {
        return Tags.of("pipeline", table.pipeline(), "table", table.name());
    }

    private static Tags tags(PipelineStatus pipeline, Store store) {
        return Tags.of("pipeline", pipeline.name(), "store", store.name(), "task", store.task(), "duty",
                store.duty().name().toLowerCase(Locale.ROOT));
    }

    private static Iterable<Row<?>> rows(Stream<? extends Row<?>> rows) {
        List<Row<?>> list = new ArrayList<>();
        rows.forEach(list::add);
        return list;
    }

    private static Number seconds(Duration d) {
        return d.toMillis() / 1000.0;
    }

    private static Number seconds(Instant t) {
        return t.toEpochMilli() / 1000.0;
    }
}
