package millrace.ops.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.ops.deploy.Arrangement;
import millrace.ops.deploy.DeployedPipelines;
import millrace.ops.deploy.Deployment;
import millrace.topology.run.KafkaTopics;
import millrace.topology.run.RunSettings;
import millrace.topology.run.Topics;

/** The pipelines a command is about, as they run: by the text that is deployed, each table fed by who gives out its rows. */
final class WhatRuns {
    private WhatRuns() {}

    /** Those that never ran, or of a cluster that does not answer, are as their folders say. */
    static List<Deployment> of(Where where, Terminal terminal) {
        List<Deployment> folders = where.projects(terminal).stream().map(Deployment::read).toList();
        Where.Access access = where.access(terminal);
        RunSettings settings = new RunSettings(access.bootstrapServers(), where.data(terminal), 1,
                RunSettings.of("", where.data(terminal)).commitInterval(), false, (short) -1, access.kafka(),
                Map.of(), Optional.empty());
        List<Deployment> running = new ArrayList<>();
        try (Topics topics = new KafkaTopics(settings)) {
            DeployedPipelines deployed = new DeployedPipelines(topics, access.clientProperties());
            folders.forEach(
                    folder -> running.add(deployed.find(folder.name()).map(d -> Arrangement.asFarAsKnown(folder, d))
                            .orElse(folder)));
            return running;
        } catch (Topics.ClusterUnavailableException e) {
            return folders;
        }
    }
}
