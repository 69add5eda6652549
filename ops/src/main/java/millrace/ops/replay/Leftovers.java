package millrace.ops.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import millrace.ops.project.DataFolder;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.problem.ReplayProblem;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.registry.ConfluentRegistry;
import millrace.sinks.iceberg.branch.TableBranches;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What a replay has made of its own, by the name that it all carries. */
final class Leftovers {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /** A minute: longer than a process that was killed counts as a member. */
    private static final int LOOKS = 120;

    private final ReplayPlan plan;
    private final Admin admin;
    private final ConfluentRegistry registry;
    private final Map<String, String> catalog;

    Leftovers(ReplayPlan plan, Admin admin, ConfluentRegistry registry, Map<String, String> catalog) {
        this.plan = plan;
        this.admin = admin;
        this.registry = registry;
        this.catalog = catalog;
    }

    void clear(List<String> tables, Path folder) {
        try {
            // Groups first: as long as one has members the replay runs, and makes again what is taken away.
            for (String group : admin.listGroups().all().get().stream().map(GroupListing::groupId)
                    .filter(this::isOurs).toList()) {
                deleteGroup(group);
            }
            List<String> topics = admin.listTopics().names().get().stream().filter(this::isOurs).toList();
            deleteTopics(topics);
            registry.subjects().stream().filter(this::isOurs).forEach(registry::delete);
            for (String table : tables) {
                if (TableBranches.find(catalog, table, plan.branch()).isPresent()) {
                    TableBranches.drop(catalog, table, plan.branch());
                }
            }
            DataFolder.deleteTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException k ? k : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** The name ends with the replay's id, and what carries it goes on with a mark. */
    private boolean isOurs(String name) {
        int at = name.indexOf(plan.application());
        if (at < 0 || at > 0 && name.charAt(at - 1) != '.') {
            return false;
        }
        int end = at + plan.application().length();
        return end == name.length() || name.charAt(end) == '.' || name.charAt(end) == '-';
    }

    private void deleteGroup(String group) throws InterruptedException, ExecutionException {
        for (int look = 1;; look++) {
            try {
                admin.deleteConsumerGroups(List.of(group)).all().get();
                return;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof GroupIdNotFoundException) {
                    return;
                } else if (!(e.getCause() instanceof GroupNotEmptyException)) {
                    throw e;
                } else if (look == LOOKS) {
                    throw new ProblemException(Problem.of(ReplayProblem.REPLAY_RUNS, plan.id(),
                            "A process still runs replay " + plan.id() + ".")
                            .withRemedy(ReplayProblem.REPLAY_RUNS.remedy()));
                }
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    private void deleteTopics(List<String> topics) throws InterruptedException, ExecutionException {
        try {
            admin.deleteTopics(topics).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
    }
}
