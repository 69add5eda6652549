package millrace.ops.project;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What has to be done so that the topics a pipeline wants are there. Pure: wanted and existing topics in, steps out. A
 * topic is created or its settings are altered; partitions are never added and nothing is ever deleted.
 */
public record TopicsPlan(List<Step> steps) {

    public TopicsPlan {
        steps = List.copyOf(steps);
    }

    /**
     * A topic as the pipeline wants it.
     *
     * @param configs topic settings by Kafka's own names; others are left as they are
     */
    public record Wanted(String name, Role role, int partitions, int replicationFactor, Map<String, String> configs) {
        public Wanted {
            configs = java.util.Collections.unmodifiableMap(new TreeMap<>(configs));
        }
    }

    /** Who writes the topic: that decides how much of it the pipeline may change. */
    public enum Role {
        /** Producers outside write it. Created if missing, never altered. */
        SOURCE("source"),
        /** The engine alone writes it. */
        ENGINE("engine");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /** A topic as the cluster has it; {@code configs} with defaults filled in. */
    public record Existing(int partitions, int replicationFactor, Map<String, String> configs) {}

    /** What is to be done with one topic. */
    public sealed interface Step {
        Wanted wanted();

        record Create(Wanted wanted) implements Step {}

        /** Settings that differ: name to wanted value. */
        record Alter(Wanted wanted, Map<String, String> found, Map<String, String> changes) implements Step {}

        record Keep(Wanted wanted) implements Step {}

        /** Applying refuses as a whole while there is one of these. */
        record Refuse(Wanted wanted, String reason, String remedy) implements Step {}
    }

    public static TopicsPlan of(List<Wanted> wanted, Map<String, Existing> existing) {
        List<Step> steps = new ArrayList<>();
        for (Wanted w : wanted) {
            Existing found = existing.get(w.name());
            steps.add(found == null ? new Step.Create(w) : compare(w, found));
        }
        return new TopicsPlan(steps);
    }

    private static Step compare(Wanted wanted, Existing found) {
        if (found.partitions() != wanted.partitions()) {
            return new Step.Refuse(wanted,
                    wanted.name() + " has " + found.partitions() + " partitions, but " + wanted.partitions()
                            + " are wanted.",
                    wanted.role() == Role.SOURCE
                            ? "If the topic is right, write partitions: " + found.partitions()
                                    + " in its contract; records of a key would move if partitions were added."
                            : "Keys and operators are bound to the number of partitions: with models that have either, "
                                    + "deploy the pipeline under another name. Where models only pass rows on, add "
                                    + "the partitions by hand (kafka-topics --alter).");
        }
        Map<String, String> changes = new TreeMap<>();
        Map<String, String> before = new TreeMap<>();
        if (wanted.role() == Role.ENGINE) {
            wanted.configs().forEach((name, value) -> {
                String has = found.configs().getOrDefault(name, "");
                if (!has.equals(value)) {
                    changes.put(name, value);
                    before.put(name, has);
                }
            });
        }
        return changes.isEmpty() ? new Step.Keep(wanted) : new Step.Alter(wanted, before, changes);
    }

    public List<Step.Refuse> refusals() {
        return steps.stream().filter(Step.Refuse.class::isInstance).map(Step.Refuse.class::cast).toList();
    }

    /** Whether applying would change nothing. */
    public boolean isDone() {
        return steps.stream().allMatch(Step.Keep.class::isInstance);
    }

    /** A permission that the pipeline's principal needs, in the words of Kafka's ACLs. */
    public record Acl(String resource, String name, String pattern, List<String> operations) {
        public Acl {
            operations = List.copyOf(operations);
        }
    }

    /**
     * What the principal must be allowed to do.
     *
     * @param applicationId prefix of the pipeline's groups, transactional ids and internal topics
     */
    public static List<Acl> acls(List<Wanted> wanted, String applicationId) {
        Map<String, Acl> acls = new LinkedHashMap<>();
        for (Wanted w : wanted) {
            acls.put(w.name(), new Acl("topic", w.name(), "literal", w.role() == Role.SOURCE
                    ? List.of("Describe", "DescribeConfigs", "Read")
                    : List.of("Describe", "DescribeConfigs", "Read", "Write")));
        }
        List<Acl> all = new ArrayList<>(acls.values());
        all.add(new Acl("topic", applicationId, "prefixed",
                List.of("Create", "Delete", "Describe", "DescribeConfigs", "Read", "Write")));
        all.add(new Acl("group", applicationId, "prefixed", List.of("Describe", "Read", "Delete")));
        all.add(new Acl("transactional-id", applicationId, "prefixed", List.of("Describe", "Write")));
        all.add(new Acl("cluster", "kafka-cluster", "literal", List.of("Describe", "IdempotentWrite")));
        return all;
    }
}
