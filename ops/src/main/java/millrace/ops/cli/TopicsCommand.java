package millrace.ops.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import millrace.ops.deploy.DeployedJournal;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Profile;
import millrace.ops.project.TopicsPlan;
import millrace.ops.project.TopicsPlan.Existing;
import millrace.ops.project.TopicsPlan.Role;
import millrace.ops.project.TopicsPlan.Step;
import millrace.ops.project.TopicsPlan.Wanted;
import millrace.ops.run.ControlTopic;
import millrace.ops.schedule.RunJournal;
import millrace.replay.journal.ReplayJournal;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Failure;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.topic.WritableTopics;
import millrace.sinks.iceberg.run.SinkConfig;
import millrace.topology.run.CompactedTopic;
import millrace.topology.run.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace topics}. */
@Command(name = "topics", mixinStandardHelpOptions = true, header = "Plans and makes the topics that a pipeline needs, and shows the ACLs.", subcommands = {
        TopicsCommand.Plan.class, TopicsCommand.Apply.class})
final class TopicsCommand extends Main.Group {
    private static final int ANSWER_WITHIN_MILLIS = 12_000;

    /** {@code millrace topics plan}. */
    @Command(name = "plan", mixinStandardHelpOptions = true, header = "What `apply` would do; changes nothing.", footer = {
            "", "Examples:", "  millrace topics plan --profile prod"})
    static final class Plan extends Planned {
        @Override
        void act(Admin admin, TopicsPlan plan) {
            // looking is all there is to do
        }
    }

    /** {@code millrace topics apply}. */
    @Command(name = "apply", mixinStandardHelpOptions = true, header = "Creates missing topics and alters settings of the engine's own.", description = {
            "",
            "Never adds partitions, never deletes, never alters a topic that producers own. Does nothing at all while one topic is refused."}, footer = {
                    "", "Examples:", "  millrace topics apply --profile prod"})
    static final class Apply extends Planned {
        @Override
        void act(Admin admin, TopicsPlan plan) throws ExecutionException, InterruptedException {
            if (!plan.refusals().isEmpty()) {
                return;
            }
            List<NewTopic> missing = new ArrayList<>();
            Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
            for (Step step : plan.steps()) {
                switch (step) {
                    case Step.Create c -> missing.add(new NewTopic(c.wanted().name(), c.wanted().partitions(),
                            (short) c.wanted().replicationFactor()).configs(c.wanted().configs()));
                    case Step.Alter a -> changes.put(
                            new ConfigResource(ConfigResource.Type.TOPIC, a.wanted().name()),
                            a.changes().entrySet().stream().map(e -> new AlterConfigOp(
                                    new ConfigEntry(e.getKey(), e.getValue()), AlterConfigOp.OpType.SET)).toList());
                    case Step.Keep k -> {
                        // it is as it should be
                    }
                    case Step.Refuse r -> throw new IllegalStateException(r.reason());
                }
            }
            WritableTopics.create(admin, missing);
            admin.incrementalAlterConfigs(changes).all().get();
        }
    }

    /** Looks, shows, and lets the command act. */
    abstract static class Planned extends Main.Subcommand {
        @Mixin
        private Result result;
        @Mixin
        private Where where;

        abstract void act(Admin admin, TopicsPlan plan) throws ExecutionException, InterruptedException;

        @Override
        final ExitCode run() throws InterruptedException {
            Deployment deployment = Deployment.read(where.project(terminal()));
            Profile profile = deployment.project().profile();
            List<Wanted> wanted = wanted(deployment, profile.topics());
            TopicsPlan plan;
            Where.Access access = where.access(terminal());
            try (Waiting waiting = Waiting.sayLater(terminal().err(), "Asking " + access.bootstrapServers() + " ...");
                    Admin admin = Admin.create(access.clientProperties())) {
                plan = TopicsPlan.of(wanted, existing(admin, wanted));
                waiting.over();
                act(admin, plan);
            } catch (ExecutionException e) {
                throw unreachable(access, e.getCause());
            } catch (KafkaException e) { // before anybody is asked: no address has a host
                throw unreachable(access, e);
            }
            List<TopicsPlan.Acl> acls = TopicsPlan.acls(wanted, deployment.name());
            if (result.isJson()) {
                Map<String, Object> out = new LinkedHashMap<>();
                out.put("steps", plan.steps().stream().map(Planned::asMap).toList());
                out.put("principal", profile.topics().principal());
                out.put("acls", acls);
                terminal().out().println(Result.json(out));
            } else {
                text(plan, profile, acls);
            }
            return plan.refusals().isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
        }

        private static ProblemException unreachable(Where.Access access, Throwable e) {
            String what = e instanceof TimeoutException
                    ? access.bootstrapServers() + " did not answer within " + ANSWER_WITHIN_MILLIS / 1000 + "s."
                    : access.bootstrapServers() + " refused or did not answer: " + Failure.words(e);
            return new ProblemException(Problem.of(OpsProblem.UNREACHABLE, "kafka", what)
                    .withRemedy(OpsProblem.UNREACHABLE.remedy()));
        }

        private void text(TopicsPlan plan, Profile profile, List<TopicsPlan.Acl> acls) {
            TextTable steps = new TextTable("", "topic", "written by", "partitions>", "replicas>", "settings");
            for (Step step : plan.steps()) {
                Wanted w = step.wanted();
                steps.row(word(step), w.name(), w.role() == Role.SOURCE ? "producers" : "millrace", w.partitions(),
                        w.replicationFactor(), detail(step));
            }
            steps.lines().forEach(terminal().out()::println);
            terminal().out().println();
            TextTable table = new TextTable("ACLs for " + profile.topics().principal(), "name", "pattern",
                    "operations");
            acls.forEach(a -> table.row(a.resource(), a.name(), a.pattern(), String.join(", ", a.operations())));
            table.lines().forEach(terminal().out()::println);
            plan.refusals().forEach(r -> terminal().err().println("\n" + Problem.of(OpsProblem.TOPIC_REFUSED,
                    r.wanted().name(), r.reason()).withRemedy(r.remedy()).toText()));
        }

        private static Map<String, Object> asMap(Step step) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("action", word(step));
            out.put("topic", step.wanted());
            out.put("detail", detail(step));
            return out;
        }
    }

    private static String word(Step step) {
        return switch (step) {
            case Step.Create c -> "create";
            case Step.Alter a -> "alter";
            case Step.Keep k -> "keep";
            case Step.Refuse r -> "refuse";
        };
    }

    private static String detail(Step step) {
        return switch (step) {
            case Step.Create c -> settings(c.wanted().configs());
            case Step.Alter a -> a.changes().entrySet().stream()
                    .map(e -> e.getKey() + ": " + a.found().get(e.getKey()) + " -> " + e.getValue())
                    .collect(Collectors.joining(", "));
            case Step.Keep k -> "";
            case Step.Refuse r -> r.reason();
        };
    }

    private static String settings(Map<String, String> configs) {
        return configs.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
    }

    private static List<Wanted> wanted(Deployment deployment, Profile.TopicSettings settings) {
        Set<String> sources = deployment.pipeline().contracts().stream().map(Contract::topic)
                .collect(Collectors.toSet());
        List<Wanted> wanted = new ArrayList<>();
        for (Topics.WantedTopic t : millrace.topology.run.TopicsPlan.wanted(deployment.pipeline())) {
            wanted.add(wanted(t.name(), sources.contains(t.name()) ? Role.SOURCE : Role.ENGINE, t.partitions(),
                    t.config(), settings));
        }
        for (String journal : List.of(DeployedJournal.topicOf(deployment.name()),
                ReplayJournal.topicOf(deployment.name()), RunJournal.topicOf(deployment.name()))) {
            Topics.WantedTopic t = CompactedTopic.wanted(journal);
            wanted.add(wanted(t.name(), Role.ENGINE, t.partitions(), t.config(), settings));
        }
        wanted.add(wanted(SinkConfig.CONTROL_TOPIC, Role.ENGINE, SinkConfig.CONTROL_PARTITIONS, ControlTopic.SETTINGS,
                settings));
        return wanted;
    }

    private static Wanted wanted(String name, Role role, int partitions, Map<String, String> config,
            Profile.TopicSettings settings) {
        Map<String, String> all = new HashMap<>(config);
        all.put("min.insync.replicas", Integer.toString(settings.minInsyncReplicas()));
        return new Wanted(name, role, partitions, settings.replicationFactor(), all);
    }

    private static Map<String, Existing> existing(Admin admin, List<Wanted> wanted)
            throws ExecutionException, InterruptedException {
        // Who answers this answers the rest too.
        Set<String> there = admin.listTopics(new ListTopicsOptions().timeoutMs(ANSWER_WITHIN_MILLIS)).names().get();
        List<String> names = wanted.stream().map(Wanted::name).filter(there::contains).toList();
        var descriptions = admin.describeTopics(names).allTopicNames().get();
        var configs = admin.describeConfigs(names.stream()
                .map(n -> new ConfigResource(ConfigResource.Type.TOPIC, n)).toList()).all().get();
        Map<String, Existing> out = new HashMap<>();
        descriptions.forEach((name, d) -> {
            Map<String, String> settings = new HashMap<>();
            configs.get(new ConfigResource(ConfigResource.Type.TOPIC, name)).entries()
                    .forEach(e -> settings.put(e.name(), e.value()));
            out.put(name, new Existing(d.partitions().size(), d.partitions().getFirst().replicas().size(), settings));
        });
        return out;
    }
}
