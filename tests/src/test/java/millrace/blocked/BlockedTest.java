package millrace.blocked;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import millrace.ops.problem.OpsProblem;
import millrace.sinks.iceberg.table.SinkProblem;
import millrace.topology.run.RunProblem;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/**
 * One script for each cause: orders flow, the cause sets in, the pipeline says Blocked with the reason and the remedy
 * wherever one looks, the cause is cured, it goes on by itself or at a person's word, and every order is in its tables
 * exactly once.
 */
@Isolated("it reads the log of the process, and stops brokers that others might be waiting for")
class BlockedTest {
    private static final TableIdentifier BRONZE = TableIdentifier.of("bronze", "orders");
    private static final TableIdentifier SILVER = TableIdentifier.of("silver", "orders");

    @TempDir
    static Path folder;
    private static Cluster cluster;
    /** One shop for all scripts that need no restart; a script that fails leaves the next a new one. */
    private static Scene shared;
    private static boolean inOrder;
    private static int scenes;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = new Cluster(Files.createDirectories(folder.resolve("cluster")));
    }

    @AfterAll
    static void stopCluster() throws Exception {
        if (shared != null) {
            shared.close();
        }
        cluster.close();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        new ContextInitializer(context).autoConfig();
    }

    /** The shared shop, with orders that flow. */
    private static Scene shop() throws Exception {
        if (shared == null || !inOrder) {
            if (shared != null) {
                shared.close();
            }
            cluster.allIsWell();
            shared = Scene.on(cluster, Files.createDirectories(folder.resolve("shop" + ++scenes)));
            shared.start();
        }
        inOrder = false;
        shared.logHere();
        shared.produce();
        return shared;
    }

    private static void everyOrderIsThereOnce() {
        shared.awaitEveryOrderOnce();
        inOrder = true;
    }

    @Test
    void anUnreachableCatalog() throws Exception {
        Scene shop = shop();
        shop.catalogGate().shut();
        shop.awaitBlocked("bronze.orders", SinkProblem.CATALOG_UNAVAILABLE, "Connection refused");
        shop.awaitBlocked("silver.orders", SinkProblem.CATALOG_UNAVAILABLE, "Connection refused");
        shop.catalogGate().open();
        shop.awaitGoingOn();
        everyOrderIsThereOnce();
    }

    /** The commit is done, but nobody here hears of it, and nobody can be asked for a while. */
    @Test
    void aCommitWhoseReplyWasLost() throws Exception {
        Scene shop = shop();
        shop.catalogGate().loseReplyTo("POST /v1/namespaces/bronze/tables/orders");
        assertThat(shop.catalogGate().hasLost()).isTrue();
        shop.awaitBlocked("bronze.orders", SinkProblem.CATALOG_UNAVAILABLE, "Connection refused");
        shop.catalogGate().open();
        shop.awaitGoingOn();
        everyOrderIsThereOnce();
    }

    @Test
    void anUnreachableRegistry() throws Exception {
        Scene shop = shop();
        shop.pauseProducing();
        cluster.registryGate().shut();
        // A producer has a newer schema than the platform has seen.
        shop.project().edit("contracts/orders.odcs.yaml", text -> text.replace("      - {name: ordered_at,",
                "      - {name: note, logicalType: string}\n      - {name: ordered_at,"));
        shop.produceUnseen();
        shop.awaitBlocked("bronze.orders", SinkProblem.REGISTRY_UNAVAILABLE, "Connection refused");
        shop.awaitBlocked("pipeline " + shop.name(), RunProblem.STREAM_REGISTRY_UNAVAILABLE, "Connection refused");
        cluster.registryGate().open();
        shop.awaitGoingOn();
        everyOrderIsThereOnce();
    }

    @Test
    void brokersThatAreAway() throws Exception {
        Scene shop = shop();
        cluster.stopBroker();
        shop.awaitBlocked("kafka", SinkProblem.BROKER_UNAVAILABLE, "The Kafka brokers do not answer");
        shop.awaitBlocked("pipeline " + shop.name(), RunProblem.STREAM_BROKER_UNAVAILABLE,
                "No answer from " + cluster.bootstrapServers());
        cluster.startBroker();
        shop.awaitGoingOn();
        everyOrderIsThereOnce();
    }

    @Test
    void aFullDisk() throws Exception {
        Scene shop = shop();
        FillingFileIO.FULL.set(true);
        shop.awaitBlocked("bronze.orders", SinkProblem.STORAGE_FULL, "No space left");
        assertThat(shop.log().lines().filter(l -> l.contains("blocked STORAGE_FULL   bronze.orders")))
                .allMatch(l -> l.contains(" pipeline=" + shop.name() + " table=bronze.orders blocked"));
        assertThat(shop.log().lines().filter(l -> l.contains("[pipeline-" + shop.name())))
                .isNotEmpty().allMatch(l -> l.contains(" pipeline=" + shop.name() + " "));
        FillingFileIO.FULL.set(false);
        shop.awaitGoingOn();
        everyOrderIsThereOnce();
    }

    @Test
    void aMissingTable() throws Exception {
        Scene shop = shop();
        Table table = shop.catalog().loadTable(BRONZE);
        String metadata = ((HasTableOperations) table).operations().refresh().metadataFileLocation();
        shop.catalog().dropTable(BRONZE, false);
        shop.awaitBlocked("bronze.orders", SinkProblem.TABLE_MISSING, "The catalog has no table bronze.orders.");
        shop.catalog().registerTable(BRONZE, metadata);
        shop.awaitGoingOn();
        everyOrderIsThereOnce();
    }

    @Test
    void aTableRolledBackBySomeoneElse() throws Exception {
        Scene shop = shop();
        Table table = shop.catalog().loadTable(BRONZE);
        long early = table.currentSnapshot().snapshotId();
        shop.awaitMoreRows();
        table.refresh();
        assertThat(table.currentSnapshot().snapshotId()).isNotEqualTo(early);
        table.manageSnapshots().setCurrentSnapshot(early).commit();
        shop.awaitBlocked("bronze.orders", SinkProblem.FOREIGN_ROLLBACK, "which is not in the history");
        assertThat(shop.command(0, "table", "adopt", "bronze.orders")).contains("nothing was changed");
        shop.command(0, "table", "adopt", "bronze.orders", "--execute");
        shop.awaitGoingOn();
        everyOrderIsThereOnce();
    }

    /** The registry refuses what the new model would write; let through, it is refused by the table. */
    @Test
    void anIncompatibleSchema() throws Exception {
        try (Scene bakery = Scene.on(cluster, Files.createDirectories(folder.resolve("bakery")))) {
            bakery.start();
            bakery.produce();
            bakery.stop();
            bakery.project().edit("models/silver/orders.sql",
                    sql -> sql.replace("amount * 2 AS doubled", "CAST(amount * 2 AS BIGINT) AS doubled"));
            bakery.startBlocked();
            bakery.awaitBlocked("pipeline bakery", RunProblem.SCHEMA_INCOMPATIBLE, "bakery.silver.orders-value");
            cluster.setCompatibility("bakery.silver.orders-value", "NONE");
            bakery.awaitBlocked("silver.orders", SinkProblem.COLUMN_INCOMPATIBLE, "doubled");
            bakery.catalog().loadTable(SILVER).updateSchema().renameColumn("doubled", "doubled_before").commit();
            bakery.awaitGoingOn();
            bakery.awaitEveryOrderOnce();
        }
    }

    /** The tables have the old orders, so those of the new topic are not mixed with them before a person says so. */
    @Test
    void aRecreatedTopic() throws Exception {
        try (Scene bistro = Scene.on(cluster, Files.createDirectories(folder.resolve("bistro")))) {
            bistro.start();
            bistro.produce();
            bistro.pauseProducing();
            bistro.awaitAllLanded();
            bistro.stop();
            cluster.delete(bistro.project().topic());
            bistro.command(0, "topics", "apply");
            bistro.startBlocked();
            bistro.produceUnseen();
            bistro.awaitBlocked("bronze.orders", SinkProblem.TOPIC_RECREATED, "the topic of that name now has id");
            bistro.awaitBlocked("pipeline bistro", RunProblem.SOURCE_TOPIC_RECREATED, bistro.project().topic());
            bistro.command(0, "table", "adopt", "bronze.orders", "--execute");
            bistro.awaitUnblocked("bronze.orders");

            // What the pipeline's remedy says: under another name it begins with the new topic.
            bistro.stop();
            bistro.project().named("bistro2", bistro.project().topic());
            bistro.command(0, "topics", "apply");
            bistro.startBlocked();
            bistro.awaitBlocked("silver.orders", SinkProblem.TOPIC_RECREATED, "the topic of that name now has id");
            bistro.command(0, "table", "adopt", "silver.orders", "--execute");
            bistro.awaitGoingOn();
            bistro.awaitEveryOrderOnce();
        }
    }

    /** An embedded platform has its broker on the same disk, which would not survive a full one. */
    @Test
    void lessThanAGibibyteIsFree() throws Exception {
        AtomicLong free = new AtomicLong(100L << 30);
        try (Scene kiosk = Scene.embedded(Files.createDirectories(folder.resolve("kiosk")), f -> free.get())) {
            kiosk.start();
            kiosk.produce();
            free.set((1L << 30) - 1);
            kiosk.awaitBlocked("disk", OpsProblem.DISK_FULL, "Only 1023 MiB are free");
            free.set(2L << 30);
            kiosk.awaitGoingOn();
            kiosk.awaitEveryOrderOnce();
        }
    }
}
