package millrace.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;

/** The shape of the house: which way modules look, that no packages form a cycle, and where each library lives. */
@AnalyzeClasses(packages = "millrace", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** Library package to the only packages of ours that may import it. */
    private static final Map<String, List<String>> HOMES = Map.ofEntries(
            Map.entry("org.apache.calcite..", List.of("millrace.topology.sql..")),
            Map.entry("org.codehaus..", List.of("millrace.topology.compile..")),
            Map.entry("io.confluent..", List.of("millrace.schemas.registry..")),
            Map.entry("org.yaml.snakeyaml..", List.of("millrace.schemas.yaml..")),
            Map.entry("org.rocksdb..", List.of("millrace.statestores.rocksdb..")),
            // The benchmark's opponent is the library itself.
            Map.entry("org.apache.kafka.streams..", List.of("millrace.topology..", "millrace.statestores..",
                    "millrace.ops.bench.plain..")),
            Map.entry("org.apache.iceberg..", List.of("millrace.sinks.iceberg..")),
            Map.entry("org.apache.parquet..", List.of("millrace.sinks.iceberg..")),
            Map.entry("org.apache.hadoop..", List.of("millrace.sinks.iceberg..")),
            Map.entry("io.micronaut..", List.of("millrace.ops..")),
            Map.entry("picocli..", List.of("millrace.ops.cli..", "millrace.replay.cli..")),
            Map.entry("org.jline..", List.of("millrace.ops.cli..")),
            Map.entry("org.duckdb..", List.of("millrace.ops.query..")),
            Map.entry("gg.jte..", List.of("millrace.ops.http..")),
            Map.entry("kafka..", List.of("millrace.ops.embedded..")),
            Map.entry("org.apache.kafka.server..", List.of("millrace.ops.embedded..")),
            Map.entry("org.apache.kafka.metadata..", List.of("millrace.ops.embedded..")));

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES = slices().matching("millrace.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule TOPOLOGY_AND_SINK_DO_NOT_KNOW_EACH_OTHER = noClasses().that()
            .resideInAPackage("millrace.topology..").should().dependOnClassesThat()
            .resideInAPackage("millrace.sinks..");

    @ArchTest
    static final ArchRule SINK_DOES_NOT_KNOW_THE_TOPOLOGY = noClasses().that().resideInAPackage("millrace.sinks..")
            .should().dependOnClassesThat().resideInAPackage("millrace.topology..");

    @ArchTest
    static final ArchRule NOBODY_BELOW_KNOWS_OPS = noClasses().that().resideOutsideOfPackage("millrace.ops..").should()
            .dependOnClassesThat().resideInAPackage("millrace.ops..");

    @ArchTest
    static void eachLibraryHasOneHome(JavaClasses classes) {
        HOMES.forEach((library, homes) -> noClasses().that().resideOutsideOfPackages(homes.toArray(String[]::new))
                .should().dependOnClassesThat().resideInAPackage(library).allowEmptyShould(true)
                .as(library + " is used only in " + String.join(", ", homes)).check(classes));
    }
}
