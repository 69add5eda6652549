package millrace.ops.deploy;

import java.util.Map;
import java.util.Optional;
import millrace.ops.problem.OpsProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.run.StartGate;
import millrace.topology.run.Topics;

/** Lets a part of a pipeline start only by what is written down that it runs by. */
public final class DeployedGate implements StartGate {
    private final Arrangement arrangement;
    private final Map<String, Object> client;

    /** @param client settings of Kafka clients by their own names, with {@code bootstrap.servers} */
    public DeployedGate(Arrangement arrangement, Map<String, Object> client) {
        this.arrangement = arrangement;
        this.client = Map.copyOf(client);
    }

    @Override
    public void admit(Topics topics) {
        String pipeline = arrangement.deployment().name();
        try (DeployedJournal journal = new DeployedJournal(topics, client, pipeline)) {
            Optional<Deployed> runs = journal.read();
            if (runs.filter(arrangement::is).isEmpty()) {
                throw new ProblemException(Problem.of(OpsProblem.TEXT_MOVED_ON, pipeline, runs.isEmpty()
                        ? "It is not written down yet what " + pipeline + " runs by."
                        : runs.get().by() + " has deployed another text of " + pipeline + " at " + runs.get().at()
                                + ".")
                        .withRemedy(OpsProblem.TEXT_MOVED_ON.remedy()));
            }
        }
    }
}
