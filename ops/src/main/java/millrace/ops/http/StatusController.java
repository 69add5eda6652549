package millrace.ops.http;

import java.util.List;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;

import millrace.ops.observe.PipelineStatus;
import millrace.ops.observe.QuarantineStatus;
import millrace.ops.observe.Status;
import millrace.ops.observe.StatusSource;
import millrace.ops.observe.TableStatus;
import millrace.ops.observe.Why;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** The status as JSON. Durations are seconds, times are ISO 8601 in UTC. */
@Controller("/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
class StatusController {
    private final StatusSource source;

    StatusController(StatusSource source) {
        this.source = source;
    }

    @Get("/status")
    @Operation(summary = "Everything at once: pipelines, tables, quarantine, and what is blocked")
    Status status() {
        return source.status();
    }

    @Get("/pipelines")
    @Operation(summary = "The pipelines and what each does now")
    List<PipelineStatus> pipelines() {
        return source.status().pipelines();
    }

    @Get("/tables")
    @Operation(summary = "The tables: rows, files, freshness and position against the topic")
    List<TableStatus> tables() {
        return source.status().tables();
    }

    @Get("/tables/{namespace}/{name}")
    @Operation(summary = "One table")
    @ApiResponse(responseCode = "200", description = "The table")
    @ApiResponse(responseCode = "404", description = "No table of this name is deployed")
    TableStatus table(String namespace, String name) {
        String table = namespace + "." + name;
        Status status = source.status();
        return status.table(table).orElseThrow(() -> {
            List<String> known = status.tables().stream().map(TableStatus::name).toList();
            return new ProblemException(Problem.of(OpsProblem.TABLE_UNKNOWN, table,
                    "No deployed pipeline has a table \"" + table + "\"." + Nearest.hint(table, known))
                    .withRemedy(OpsProblem.TABLE_UNKNOWN.remedy()));
        });
    }

    @Get("/tables/{namespace}/{name}/why")
    @Operation(summary = "Why a table is complete through its time and no further, with its source partitions")
    @ApiResponse(responseCode = "200", description = "The reason")
    @ApiResponse(responseCode = "404", description = "No table of this name is deployed")
    @ApiResponse(responseCode = "503", description = "Kafka does not answer now, so nothing is known")
    Why why(String namespace, String name) {
        TableStatus table = table(namespace, name);
        return table.why().orElseThrow(() -> new ProblemException(Problem.of(OpsProblem.UNREACHABLE, table.name(),
                table.explanation()).withRemedy(OpsProblem.UNREACHABLE.remedy())));
    }

    @Get("/quarantine")
    @Operation(summary = "Refused records of each contract, counted by reason")
    List<QuarantineStatus> quarantine() {
        return source.status().quarantine();
    }
}
