package millrace.ops.deploy;

import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;
import millrace.schemas.problem.ProblemException;
import millrace.topology.run.StartGate;
import millrace.topology.run.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets a pipeline start if it can go on by its text, and writes down that it runs by it. */
public final class DeployedGate implements StartGate {
    private static final Logger LOG = LoggerFactory.getLogger(DeployedGate.class);

    private final Deployment deployment;
    private final Map<String, Object> client;
    private final InstantSource clock;

    /** @param client settings of Kafka clients by their own names, with {@code bootstrap.servers} */
    public DeployedGate(Deployment deployment, Map<String, Object> client, InstantSource clock) {
        this.deployment = deployment;
        this.client = Map.copyOf(client);
        this.clock = clock;
    }

    @Override
    public void admit(Topics topics) {
        try (DeployedJournal journal = new DeployedJournal(topics, client, deployment.name())) {
            switch (Admission.decide(journal.read(), deployment.deployed(clock.instant()))) {
                case Admission.Same same -> {}
                case Admission.Refused refused -> throw new ProblemException(refused.problems());
                case Admission.Rolls rolls -> {
                    journal.write(rolls.next());
                    if (!rolls.changed().isEmpty()) {
                        LOG.info("pipeline {} goes on by another text: {}", deployment.name(), rolls.changed().stream()
                                .map(c -> c.model() + " " + c.verdict().words()).collect(Collectors.joining(", ")));
                    }
                }
            }
        }
    }
}
