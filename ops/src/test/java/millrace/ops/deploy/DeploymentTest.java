package millrace.ops.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import millrace.ops.project.Profile;
import millrace.ops.project.Project;
import millrace.ops.project.TableSettings;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.problem.Place;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.AgeRules;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.ValueFormat;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;
import millrace.topology.sql.SqlCompiler;

import org.junit.jupiter.api.Test;

class DeploymentTest {
    private static final String CONTRACT = """
        apiVersion: v3.2.0
        kind: DataContract
        id: shop.orders
        name: orders
        version: 1.0.0
        status: active
        schema:
          - name: orders
            physicalName: shop.orders.v1
            physicalType: topic
            properties:
              - {name: id, logicalType: string, required: true}
              - {name: at, logicalType: timestamp, required: true}
        slaProperties:
          - {property: freshness, value: 60, unit: s}
        customProperties:
          - {property: partitions, value: 3}
          - {property: eventTime, value: at}
          - {property: disorder, value: 30s}
        """;

    private static final Contract ORDERS = ContractFile.read("contracts/orders.odcs.yaml", CONTRACT);

    @Test
    void aContractGivesABronzeAndAQuarantineTable() {
        Deployment deployment = deployment("shop");
        TableSpec bronze = deployment.tables().get(0).spec();
        assertThat(bronze.qualifiedName()).isEqualTo("bronze.orders");
        assertThat(bronze.topic()).isEqualTo("shop.orders.v1");
        assertThat(bronze.layout()).isEqualTo(TableSpec.Layout.BRONZE);
        assertThat(bronze.eventTime()).contains(new TableSpec.Clock("at", Duration.ofSeconds(30)));
        assertThat(deployment.tables().get(0).freshness()).contains(Duration.ofSeconds(60));
        TableSpec quarantine = deployment.tables().get(2).spec();
        assertThat(quarantine.qualifiedName()).isEqualTo("quarantine.orders");
        assertThat(quarantine.topic()).isEqualTo("shop.orders.v1.quarantine");
        assertThat(quarantine.layout()).isEqualTo(TableSpec.Layout.ENGINE);
    }

    @Test
    void aJsonTopicsBronzeTableIsReadByTheContract() {
        Contract json = ContractFile.read("contracts/orders.odcs.yaml",
                CONTRACT + "  - {property: format, value: json}\n");
        TableSpec bronze = deployment("shop", json).tables().get(0).spec();
        assertThat(bronze.values()).isEqualTo(new ValueFormat.Json(json.columns()));
        assertThat(bronze.columns().fields()).extracting(Field::name).containsExactly("id", "at");
        assertThat(bronze.columns().fields()).allMatch(Field::nullable);
        assertThat(bronze.layout()).isEqualTo(TableSpec.Layout.BRONZE);
        assertThat(deployment("shop").tables().get(0).spec().values()).isEqualTo(new ValueFormat.Avro());
    }

    @Test
    void theContractSaysHowBronzeKeepsOriginals() {
        String raw = CONTRACT + "  - {property: rawRetention, value: 30d}\n";
        Contract bytes = ContractFile.read("contracts/orders.odcs.yaml", raw);
        Contract variant = ContractFile.read("contracts/orders.odcs.yaml", raw
                + "  - {property: format, value: json}\n  - {property: rawForm, value: variant}\n");
        assertThat(deployment("shop", bytes).tables().get(0).spec().layout()).isEqualTo(TableSpec.Layout.BRONZE_RAW);
        assertThat(deployment("shop", variant).tables().get(0).spec().layout())
                .isEqualTo(TableSpec.Layout.BRONZE_VARIANT);
    }

    @Test
    void aModelsTableIsFedByItsOwnTopicAndKeepsItsProperties() {
        TableSpec silver = deployment("shop").tables().get(1).spec();
        assertThat(silver.qualifiedName()).isEqualTo("silver.orders");
        assertThat(silver.topic()).isEqualTo("shop.silver.orders");
        assertThat(silver.partitionBy()).containsExactly("day(at)");
        assertThat(silver.targetFileSize()).isEqualTo(64L << 20);
        assertThat(silver.properties()).containsEntry("format-version", "2").containsEntry("owner", "shop");
        assertThat(silver.eventTime()).isEmpty();
    }

    @Test
    void aModelWhoseRowsChangeKeepsTheNewestOfEachKey() {
        Deployment deployment = hourly("1h", "window_start");
        assertThat(deployment.tables()).extracting(t -> t.name() + " " + t.kind() + " " + t.spec().layout())
                .containsExactly("bronze.orders BRONZE BRONZE", "gold.hourly MODEL NEWEST",
                        "quarantine.gold_hourly QUARANTINE ENGINE", "gold.hourly__late LATE ENGINE",
                        "quarantine.orders QUARANTINE ENGINE");
        TableSpec gold = deployment.tables().get(1).spec();
        assertThat(gold.key()).containsExactly("id", "window_start");
        assertThat(gold.topic()).isEqualTo("shop.gold.hourly");
        assertThat(gold.partitionBy()).containsExactly("day(window_start)");
        assertThat(deployment.tables().get(3).spec().topic()).isEqualTo("shop.gold.hourly__late");
        assertThat(deployment.tables().get(2).spec().topic()).isEqualTo("shop.gold.hourly.quarantine");
    }

    @Test
    void aModelWhoseRowsStayKeepsThemThoughItHasAKey() {
        TableSpec gold = hourly("30s", "window_start").tables().get(1).spec();
        assertThat(gold.layout()).isEqualTo(TableSpec.Layout.ENGINE);
        assertThat(gold.key()).isEmpty();
    }

    @Test
    void aModelThatAsksForAllChangesKeepsThem() {
        TableSpec gold = hourly("1h", "window_start", Model.Materialized.APPEND).tables().get(1).spec();
        assertThat(gold.layout()).isEqualTo(TableSpec.Layout.CHANGELOG);
        assertThat(gold.key()).containsExactly("id", "window_start");
    }

    @Test
    void aColumnNamedAsTheTablesOwnIsRefused() {
        assertThatThrownBy(() -> hourly("1h", "_offset", Model.Materialized.APPEND))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("COLUMN_RESERVED").hasMessageContaining("gold.hourly");
    }

    private static Deployment hourly(String allowedLateness, String windowStart) {
        return hourly(allowedLateness, windowStart, Model.Config.DEFAULT);
    }

    private static Deployment hourly(String allowedLateness, String windowStart, Model.Materialized how) {
        return hourly(allowedLateness, windowStart, Model.Config.DEFAULT.withMaterialized(how));
    }

    private static Deployment hourly(String allowedLateness, String windowStart, Model.Config config) {
        Contract contract = ContractFile.read("contracts/orders.odcs.yaml",
                CONTRACT + "  - {property: allowedLateness, value: " + allowedLateness + "}\n");
        String sql = "SELECT id, window_start AS " + windowStart + ", COUNT(*) AS n FROM TABLE(TUMBLE(TABLE orders, "
                + "DESCRIPTOR(\"at\"), INTERVAL '1' HOUR)) GROUP BY id, window_start, window_end";
        Model model = new Model("gold", "hourly", "models/gold/hourly.sql", sql, "", List.of(),
                config.withUniqueKey(List.of("id", windowStart))
                        .withPartitionBy(List.of("day(" + windowStart + ")")));
        FunctionLibrary functions = FunctionLibrary.builtIn();
        return Deployment.of(project("shop"), List.of(contract), List.of(model),
                SqlCompiler.compile(List.of(contract), List.of(model), functions), functions, Aggregates.builtIn());
    }

    @Test
    void aRevisionIsOfTheContractAndOfWhatIsComputedFromIt() {
        String revision = Revisions.of(hourly("1h", "window_start")).get("orders");
        assertThat(revision).matches("[0-9a-f]{32}")
                .isEqualTo(Revisions.of(hourly("1h", "window_start")).get("orders"));
        assertThat(Revisions.of(hourly("2h", "window_start")).get("orders")).as("contract").isNotEqualTo(revision);
        assertThat(Revisions.of(hourly("1h", "began")).get("orders")).as("model").isNotEqualTo(revision);
    }

    @Test
    void aModelsRevisionReachesTheContractsOfTheModelsThatItReadsAndNoOther() {
        Contract other = ContractFile.read("contracts/other.odcs.yaml", CONTRACT.replace("orders", "other"));
        Map<String, String> before = Revisions.of(chained(other, "SELECT id FROM silver.orders"));
        Map<String, String> after = Revisions.of(chained(other, "SELECT UPPER(id) AS id FROM silver.orders"));
        assertThat(before).containsOnlyKeys("orders", "other");
        assertThat(after.get("orders")).isNotEqualTo(before.get("orders"));
        assertThat(after.get("other")).isEqualTo(before.get("other"));
    }

    private static Deployment chained(Contract other, String gold) {
        List<Contract> contracts = List.of(ORDERS, other);
        List<Model> models = List.of(
                Model.of("silver", "orders", "models/silver/orders.sql", "SELECT id FROM orders"),
                Model.of("gold", "orders", "models/gold/orders.sql", gold),
                Model.of("gold", "other", "models/gold/other.sql", "SELECT id FROM other"));
        FunctionLibrary functions = FunctionLibrary.builtIn();
        return Deployment.of(project("shop"), contracts, models, SqlCompiler.compile(contracts, models, functions),
                functions, Aggregates.builtIn());
    }

    @Test
    void theSameFilesAreTheSameDeployment() {
        assertThat(deployment("shop")).isEqualTo(deployment("shop"));
    }

    @Test
    void pipelinesThatClaimOneTableAreRefused() {
        Deployment.refuseOverlap(List.of(deployment("shop")));
        assertThatThrownBy(() -> Deployment.refuseOverlap(List.of(deployment("shop"), deployment("store"))))
                .isInstanceOf(ProblemException.class).hasMessageContaining("PIPELINES_OVERLAP")
                .hasMessageContaining("/projects/shop").hasMessageContaining("/projects/store")
                .hasMessageContaining("silver.orders");
    }

    private static Deployment deployment(String name) {
        return deployment(name, ORDERS);
    }

    private static Deployment deployment(String name, Contract contract) {
        return deployment(project(name), contract);
    }

    private static Deployment deployment(Project project, Contract contract) {
        FieldType.Struct row = new FieldType.Struct(List.of(Field.required("id", new FieldType.Text())));
        Model model = new Model("silver", "orders", "models/silver/orders.sql", "SELECT id FROM orders", "", List.of(),
                Model.Config.DEFAULT.withPartitionBy(List.of("day(at)")).withTargetFileSize(64L << 20)
                        .withTableProperties(Map.of("owner", "shop")));
        Plan plan = new Plan("silver.orders", new PlanNode.Scan("orders", PlanNode.Scan.Kind.CONTRACT, List.of(0),
                row), row);
        return Deployment.of(project, List.of(contract), List.of(model), List.of(plan),
                FunctionLibrary.builtIn(), Aggregates.builtIn());
    }

    @Test
    void whatIsSaidOfATableHoldsForItAlone() {
        var settings = new TableSettings(Place.file("millrace.yaml"),
                new AgeRules(Optional.of(Duration.ofDays(9)), List.of()), Map.of("owner", "ops"));
        Project project = project("shop");
        Deployment deployment = deployment(new Project(project.name(), "", project.folder(), project.defaults(),
                Map.of("bronze.orders", settings), project.profile()), ORDERS);
        TableSpec bronze = deployment.tables().stream().filter(t -> t.name().equals("bronze.orders")).findFirst()
                .orElseThrow().spec();
        assertThat(bronze.ages().keep()).hasValue(Duration.ofDays(9));
        assertThat(bronze.properties()).containsEntry("owner", "ops").containsEntry("format-version", "2");
        assertThat(deployment.tables()).filteredOn(t -> !t.name().equals("bronze.orders"))
                .allSatisfy(t -> assertThat(t.spec().ages()).isEqualTo(AgeRules.NONE));
    }

    @Test
    void aTableThatIsNotThereOrHasNoTimeIsRefused() {
        var settings = new TableSettings(Place.file("millrace.yaml"),
                new AgeRules(Optional.of(Duration.ofDays(9)), List.of()), Map.of());
        Project project = project("shop");
        assertThatThrownBy(() -> deployment(new Project(project.name(), "", project.folder(), project.defaults(),
                Map.of("bronze.ordres", settings, "quarantine.orders", settings), project.profile()), ORDERS))
                .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.problems())
                        .extracting(p -> p.code().name() + " " + p.message())
                        .satisfiesExactlyInAnyOrder(
                                p -> assertThat(p).startsWith("TABLE_UNKNOWN").contains("bronze.ordres")
                                        .contains("bronze.orders"),
                                p -> assertThat(p).startsWith("AGES_UNFIT").contains("does not say how old")));
    }

    private static Project project(String name) {
        Path folder = Path.of("/projects").resolve(name);
        return new Project(name, "", folder, new Project.Defaults(Duration.ofSeconds(5), Optional.empty(),
                128L << 20, Map.of("format-version", "2")), Map.of(),
                Profile.embedded(folder.resolve("data"), Profile.Ports.FREE));
    }
}
