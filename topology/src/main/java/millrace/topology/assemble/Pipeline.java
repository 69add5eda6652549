package millrace.topology.assemble;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.time.TaskWatermark;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.quarantine.QuarantineRecord;

/**
 * What runs as one unit: contracts, and the models over them.
 *
 * @param name also the name of the Kafka Streams application, and what its topics start with
 * @param models each one behind those that it reads
 */
public record Pipeline(String name, List<Contract> contracts, List<PlannedModel> models) {

    /** @throws ProblemException if two contracts claim one topic, or a model's topic is a contract's */
    public Pipeline {
        contracts = List.copyOf(contracts);
        models = List.copyOf(models);
        Map<String, String> owners = new HashMap<>();
        contracts.forEach(c -> claim(owners, c.topic(), "contract " + c.name()));
        contracts.forEach(c -> claim(owners, QuarantineRecord.topicOf(c.topic()), "the quarantine of " + c.name()));
        for (PlannedModel model : models) {
            claim(owners, name + "." + model.name(), "model " + model.name());
        }
        claim(owners, TaskWatermark.topicOf(name), "the watermarks of pipeline " + name);
    }

    /** A model with what the engine needs of its properties. */
    public record PlannedModel(Plan plan, Model.Config config) {
        public String name() {
            return plan.model();
        }
    }

    /** The topic a model writes. */
    public String topicOf(String model) {
        return name + "." + model;
    }

    /** The subject under which the schema of a topic's values is registered. */
    public static String subjectOf(String topic) {
        return topic + "-value";
    }

    public String watermarksTopic() {
        return TaskWatermark.topicOf(name);
    }

    public Optional<Contract> contract(String contractName) {
        return contracts.stream().filter(c -> c.name().equals(contractName)).findFirst();
    }

    private static void claim(Map<String, String> owners, String topic, String owner) {
        String other = owners.putIfAbsent(topic, owner);
        if (other != null) {
            throw new ProblemException(Problem.of(AssemblyProblem.TOPIC_CLAIMED_TWICE, topic,
                    "Both " + other + " and " + owner + " use the topic " + topic + ".")
                    .withRemedy(AssemblyProblem.TOPIC_CLAIMED_TWICE.remedy()));
        }
    }
}
