package millrace.ops.deploy;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.run.StartGate;
import millrace.topology.run.Topics;

/** Lets a part of a pipeline start only by what is written down that it runs by. */
public final class DeployedGate implements StartGate {
    private final String pipeline;
    private final SortedMap<String, String> files;
    private final SortedMap<String, String> applications;
    private final Map<String, Object> client;

    /** @param client settings of Kafka clients by their own names, with {@code bootstrap.servers} */
    public DeployedGate(Arrangement arrangement, Map<String, Object> client) {
        pipeline = arrangement.deployment().name();
        files = new TreeMap<>(arrangement.deployment().files());
        applications = new TreeMap<>(arrangement.deployment().applications());
        this.client = Map.copyOf(client);
    }

    @Override
    public void admit(Topics topics) {
        try (DeployedJournal journal = new DeployedJournal(topics, client, pipeline)) {
            Optional<Deployed> runs = journal.read();
            if (runs.isEmpty() || !runs.get().files().equals(files)
                    || !runs.get().applications().equals(applications)) {
                throw new ProblemException(Problem.of(OpsProblem.TEXT_MOVED_ON, pipeline, runs.isEmpty()
                        ? "It is not written down yet what " + pipeline + " runs by."
                        : runs.get().by() + " has deployed another text of " + pipeline + " at " + runs.get().at()
                                + ".")
                        .withRemedy(OpsProblem.TEXT_MOVED_ON.remedy()));
            }
        }
    }
}
