package millrace.ops.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import millrace.ops.deploy.Deployed;
import millrace.ops.deploy.Deployment;
import millrace.ops.deploy.FolderChange;
import millrace.ops.http.Shown;
import millrace.ops.problem.OpsProblem;
import millrace.ops.replay.Replays;
import millrace.replay.plan.Estimate;
import millrace.replay.plan.ReplayPlan;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.change.ModelChange;
import millrace.topology.change.Rollout;

/** What a folder would change of what runs, for people and for programs. */
record ChangeView(FolderChange change, Optional<Cost> cost, Instant now) {
    /**
     * What the history costs.
     *
     * @param refused why it cannot be computed
     */
    record Cost(Optional<ReplayPlan> plan, Optional<Estimate> estimate, List<Problem> refused) {}

    /** @throws ProblemException if the pipeline has never run */
    static ChangeView of(Deployment wanted, Replays replays, Terminal terminal) {
        Deployed runs = replays.runs().orElseThrow(() -> new ProblemException(Problem
                .of(OpsProblem.NOTHING_DEPLOYED, wanted.name(), "Pipeline " + wanted.name()
                        + " has never run on this cluster, so that there is nothing to compare its folder with.")
                .withRemedy(OpsProblem.NOTHING_DEPLOYED.remedy())));
        Instant now = terminal.clock().instant();
        FolderChange change = FolderChange.of(runs, wanted.deployed(now), replays.deployed().all());
        return new ChangeView(change, cost(change.rollout(), wanted, replays), now);
    }

    private static Optional<Cost> cost(Rollout rollout, Deployment wanted, Replays replays) {
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

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("pipeline " + change.runs().pipeline() + "   runs by what "
                + (change.runs().by().isEmpty() ? "somebody" : change.runs().by()) + " deployed "
                + Shown.ago(Optional.of(change.runs().at()), now));
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
            Set<ModelChange.Break> known = new TreeSet<>(Comparator.comparing(ModelChange.Break::words));
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

    Map<String, Object> json() {
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
