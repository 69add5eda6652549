package millrace.ops.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.topology.change.ModelChange;
import millrace.topology.change.PipelineChange;
import millrace.topology.change.Rollout;

/**
 * What a folder would change of what runs. Pure.
 *
 * @param models of each that there was or is, by name
 * @param broken what other pipelines read and would miss
 */
public record FolderChange(Deployed runs, SortedMap<String, ModelChange> models, Rollout rollout,
        List<Broken> broken) {
    public FolderChange {
        models = Collections.unmodifiableSortedMap(new TreeMap<>(models));
        broken = List.copyOf(broken);
    }

    /**
     * Another pipeline that reads what would be there no longer.
     *
     * @param contract of that pipeline, which describes the topic of the model
     */
    public record Broken(String model, ModelChange.Break missed, String pipeline, String contract) {
        public String words() {
            return "pipeline " + pipeline + " reads it by its contract " + contract + ": " + missed.words();
        }
    }

    /** @param others what other pipelines of the cluster run by */
    public static FolderChange of(Deployed runs, Deployed wanted, Collection<Deployed> others) {
        SortedMap<String, ModelChange> models = PipelineChange.between(runs.models(), wanted.models());
        List<Broken> broken = new ArrayList<>();
        for (ModelChange change : models.values()) {
            String topic = runs.pipeline() + "." + change.model();
            for (Deployed other : others) {
                Deployed.Reads reads = other.reads().get(topic);
                if (reads != null && !other.pipeline().equals(runs.pipeline())) {
                    change.breaks().stream()
                            .filter(b -> b.column().isEmpty() || reads.columns().contains(b.column().get()))
                            .forEach(b -> broken
                                    .add(new Broken(change.model(), b, other.pipeline(), reads.contract())));
                }
            }
        }
        return new FolderChange(runs, models, Rollout.of(models, wanted.models()), broken);
    }

    /** Whether the folder says the same as what runs, as far as rows and tables go. */
    public boolean isEmpty() {
        return rollout.isEmpty();
    }
}
