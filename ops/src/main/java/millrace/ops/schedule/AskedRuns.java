package millrace.ops.schedule;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Schedule;
import millrace.ops.run.Connections;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.topology.run.KafkaTopics;
import millrace.topology.run.Topics;

/** The runs of a pipeline's schedules, from a process that does not do them: for people, and for other orchestrators. */
public final class AskedRuns implements AutoCloseable {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:+-]{0,99}");

    private final Deployment deployment;
    private final Topics topics;
    private final RunJournal journal;
    private final Clock clock;

    /** @param state a folder for clients */
    public AskedRuns(Deployment deployment, Connections connections, Path state, Clock clock) {
        this.deployment = deployment;
        this.clock = clock;
        topics = new KafkaTopics(connections.runSettings(state));
        journal = new RunJournal(topics, connections.kafkaClient(), deployment.name());
    }

    /** All that are kept, the oldest first. */
    public List<ScheduledRun> all() {
        List<ScheduledRun> all = new ArrayList<>(journal.all());
        Set<String> there = all.stream().map(ScheduledRun::id).collect(Collectors.toSet());
        journal.asked().stream().filter(r -> !there.contains(r.id())).forEach(all::add);
        return all;
    }

    /**
     * Asks for a run beside those that are due. The process that keeps the schedules begins it when it has nothing else to
     * do.
     *
     * @param word that tells it apart: who asks with the same word again gets the same run, whatever it has come to
     * @throws ProblemException if there is no such schedule, or the word is none
     */
    public ScheduledRun ask(String schedule, String word, String who) {
        List<String> names = deployment.project().schedules().stream().map(Schedule::name).toList();
        Schedule found = deployment.project().schedules().stream().filter(s -> s.name().equals(schedule)).findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(OpsProblem.SCHEDULE_UNKNOWN, schedule,
                        deployment.name() + " has no schedule \"" + schedule + "\"." + Nearest.hint(schedule, names))
                        .withRemedy(OpsProblem.SCHEDULE_UNKNOWN.remedy())));
        if (!WORD.matcher(word).matches()) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--key", "\"" + word
                    + "\" cannot tell runs apart.")
                    .withRemedy("Write up to 100 letters, digits and any of . _ : + -."));
        }
        ScheduledRun asked = ScheduledRun.asked(schedule, found.action().word(), word, clock.instant(), who);
        Optional<ScheduledRun> there = all().stream().filter(r -> r.id().equals(asked.id())).findFirst();
        if (there.isEmpty()) {
            journal.ask(asked);
        }
        return there.orElse(asked);
    }

    @Override
    public void close() {
        journal.close();
        try {
            topics.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
