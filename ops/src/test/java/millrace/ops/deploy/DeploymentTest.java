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
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFile;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.TableSpec;
import millrace.sinks.iceberg.table.ValueFormat;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.PlanNode;

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
        Path folder = Path.of("/projects").resolve(name);
        Project project = new Project(name, "", folder, new Project.Defaults(Duration.ofSeconds(5), Optional.empty(),
                128L << 20, Map.of("format-version", "2")),
                Profile.embedded(folder.resolve("data"),
                        Profile.Ports.FREE));
        FieldType.Struct row = new FieldType.Struct(List.of(Field.required("id", new FieldType.Text())));
        Model model = new Model("silver", "orders", "models/silver/orders.sql", "SELECT id FROM orders", "", List.of(),
                new Model.Config(List.of(), Optional.empty(), Optional.empty(), List.of("day(at)"), List.of(),
                        Optional.of(64L << 20), false, true, Map.of("owner", "shop"), Map.of()));
        Plan plan = new Plan("silver.orders", new PlanNode.Scan("orders", PlanNode.Scan.Kind.CONTRACT, List.of(0),
                row), row);
        return Deployment.of(project, List.of(contract), List.of(model), List.of(plan), FunctionLibrary.builtIn(),
                Aggregates.builtIn());
    }
}
