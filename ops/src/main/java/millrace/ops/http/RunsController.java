package millrace.ops.http;

import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.util.List;
import millrace.ops.schedule.Runs;
import millrace.ops.schedule.ScheduledRun;

/** What schedules do, for other orchestrators: they ask for a run, and look what has become of it. */
@Controller("/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
class RunsController {
    private final Runs runs;

    RunsController(Runs runs) {
        this.runs = runs;
    }

    @Get("/runs")
    @Operation(summary = "The runs of all schedules, the oldest first")
    List<ScheduledRun> all() {
        return runs.all();
    }

    @Post("/pipelines/{pipeline}/schedules/{schedule}/runs")
    @Status(HttpStatus.ACCEPTED)
    @Operation(summary = "Asks for a run; with the same key again it is the same run, whatever it has come to")
    @ApiResponse(responseCode = "202", description = "The run, which waits, is being done, or was done before")
    @ApiResponse(responseCode = "404", description = "No pipeline that runs here has a schedule of this name")
    ScheduledRun ask(String pipeline, String schedule, @QueryValue String key) {
        return runs.ask(pipeline, schedule, key);
    }
}
