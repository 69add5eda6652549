package millrace.ops.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import millrace.ops.deploy.Deployed;
import millrace.ops.deploy.DeployedPipelines;
import millrace.ops.deploy.Deployment;
import millrace.ops.deploy.FolderChange;
import millrace.ops.http.Shown;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.ops.replay.Replays;
import millrace.replay.plan.Estimate;
import millrace.replay.plan.ReplayPlan;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.change.ModelChange;
import millrace.topology.change.Rollout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace plan}. */
@Command(name = "plan", mixinStandardHelpOptions = true, header = "Shows what the pipeline folder would change of what runs.", description = {
        "", "For each model, compared with the text that the pipeline runs by:",
        "  unchanged          goes on as it was",
        "  table only         the same rows, in a table that is kept in another way",
        "  stateless change   rows that come from now on are by the new text",
        "  state compatible   what it remembers can be read on, but was made by the old text",
        "  needs replay       what it remembers means nothing to the new text",
        "  new, removed", "",
        "It says too who reads a model outside of the pipeline and would miss something, and what it costs to compute the history of models anew. Changes nothing."}, footer = {
                "", "Examples:", "  millrace plan", "  millrace plan --project shop --profile prod -o json"})
final class PlanCommand extends Main.Subcommand {
    @Mixin
    private Result result;
    @Mixin
    private Where where;

    /**
     * What the history costs.
     *
     * @param refused why it cannot be computed
     */
    private record Cost(Optional<ReplayPlan> plan, Optional<Estimate> estimate, List<Problem> refused) {}

    @Override
    ExitCode run() {
        List<Map<String, Object>> json = new ArrayList<>();
        for (Project project : where.projects(terminal())) {
            Deployment wanted = Deployment.read(project);
            try (Replays replays = ReplaySubject.replays(wanted, where, terminal())) {
                DeployedPipelines deployed = replays.deployed();
                Deployed runs = deployed.find(wanted.name()).orElseThrow(() -> new ProblemException(Problem
                        .of(OpsProblem.NOTHING_DEPLOYED, wanted.name(), "Pipeline " + wanted.name()
                                + " has never run on this cluster, so that there is nothing to compare its folder with.")
                        .withRemedy(OpsProblem.NOTHING_DEPLOYED.remedy())));
                FolderChange change = FolderChange.of(runs, wanted.deployed(terminal().clock().instant()),
                        deployed.all());
                Optional<Cost> cost = cost(change.rollout(), wanted, replays);
                if (result.isJson()) {
                    json.add(json(change, cost));
                } else {
                    lines(change, cost).forEach(terminal().out()::println);
                }
            }
        }
        if (result.isJson()) {
            terminal().out().println(Result.json(json));
        }
        return ExitCode.OK;
    }

    private Optional<Cost> cost(Rollout rollout, Deployment wanted, Replays replays) {
        if (rollout.replays().isEmpty()) {
            return Optional.empty();
        }
        try {
            ReplayPlan plan = replays.planOfHistory(wanted, rollout.replays());
            return Optional.of(new Cost(Optional.of(plan),
                    Optional.of(Estimate.of(plan, replays.shares(plan), OptionalLong.empty())), List.of()));
        } catch (ProblemException e) {
            return Optional.of(new Cost(Optional.empty(), Optional.empty(), e.problems()));
        }
    }

    private List<String> lines(FolderChange change, Optional<Cost> cost) {
        List<String> lines = new ArrayList<>();
        lines.add("pipeline " + change.runs().pipeline() + "   runs by what "
                + (change.runs().by().isEmpty() ? "somebody" : change.runs().by()) + " deployed "
                + Shown.ago(Optional.of(change.runs().at()), terminal().clock().instant()));
        lines.add("");
        TextTable models = new TextTable("model", "change", "because");
        for (ModelChange model : change.models().values()) {
            String first = model.verdict().words();
            String name = model.model();
            for (String because : model.because().isEmpty() ? List.of("") : model.because()) {
                models.row(name, first, because);
                name = "";
                first = "";
            }
            Set<ModelChange.Break> known = new TreeSet<>(java.util.Comparator.comparing(ModelChange.Break::words));
            for (FolderChange.Broken broken : change.broken()) {
                if (broken.model().equals(model.model())) {
                    models.row("", "breaks a consumer", broken.words());
                    known.add(broken.missed());
                }
            }
            model.breaks().stream().filter(b -> !known.contains(b))
                    .forEach(b -> models.row("", "breaks who reads it", b.words()));
        }
        lines.addAll(models.lines());
        lines.add("");
        Rollout rollout = change.rollout();
        if (rollout.isEmpty()) {
            lines.add("the folder has what runs");
            return lines;
        }
        if (!rollout.rolls().isEmpty()) {
            lines.add("rolls      " + String.join(", ", rollout.rolls()) + ": from the next start on");
        }
        cost.ifPresent(c -> lines.addAll(replayed(rollout, c)));
        if (!rollout.leaves().isEmpty()) {
            lines.add("leaves     " + String.join(", ", rollout.leaves()) + ": the tables stay as they are");
        }
        lines.add("nothing was changed");
        return lines;
    }

    private static List<String> replayed(Rollout rollout, Cost cost) {
        List<String> lines = new ArrayList<>();
        lines.add("replays    " + String.join(", ", rollout.replays()) + ": from the first record on");
        cost.plan().ifPresent(plan -> plan.reads().forEach(r -> lines.add("           reads " + Shown.count(r.records())
                + " records of " + r.topic() + ", " + Shown.bytes(r.bytes())
                + (r.fromBronze() == 0 ? "" : ", " + Shown.count(r.fromBronze()) + " of them from bronze"))));
        cost.estimate().ifPresent(e -> lines.add("           takes about " + Shown.age(Optional.of(e.time())) + " at "
                + Shown.count(e.rate()) + " records a second, and " + Shown.bytes(e.bytes()) + " of disk"));
        cost.refused().forEach(p -> lines.add("           cannot be done: " + p.message()));
        return lines;
    }

    private static Map<String, Object> json(FolderChange change, Optional<Cost> cost) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("pipeline", change.runs().pipeline());
        out.put("deployedAt", change.runs().at());
        out.put("deployedBy", change.runs().by());
        List<Map<String, Object>> models = new ArrayList<>();
        for (ModelChange model : change.models().values()) {
            Map<String, Object> as = new LinkedHashMap<>();
            as.put("model", model.model());
            as.put("change", model.verdict().name().toLowerCase(Locale.ROOT));
            as.put("because", model.because());
            as.put("breaks", model.breaks().stream().map(ModelChange.Break::words).toList());
            as.put("consumers", change.broken().stream().filter(b -> b.model().equals(model.model()))
                    .map(b -> Map.of("pipeline", b.pipeline(), "contract", b.contract(), "misses", b.missed().words()))
                    .toList());
            models.add(as);
        }
        out.put("models", models);
        out.put("rolls", change.rollout().rolls());
        out.put("replays", change.rollout().replays());
        out.put("leaves", change.rollout().leaves());
        cost.ifPresent(c -> {
            Map<String, Object> as = new LinkedHashMap<>();
            c.plan().ifPresent(plan -> {
                as.put("records", plan.records());
                as.put("fromBronze", plan.fromBronze());
                as.put("bytesRead", plan.bytes());
            });
            c.estimate().ifPresent(e -> {
                as.put("seconds", e.time().toSeconds());
                as.put("bytesOnDisk", e.bytes());
            });
            as.put("refused", c.refused().stream().map(Problem::message).toList());
            out.put("cost", as);
        });
        return out;
    }
}
