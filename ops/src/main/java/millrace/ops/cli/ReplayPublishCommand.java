package millrace.ops.cli;

import java.util.Optional;
import millrace.ops.deploy.Deployment;
import millrace.ops.problem.OpsProblem;
import millrace.ops.replay.Publications;
import millrace.replay.journal.ReplayEntry;
import millrace.replay.journal.ReplayEntry.Status;
import millrace.replay.plan.ReplayPlan;
import millrace.replay.publish.ReplayPublication.Action;
import millrace.replay.run.ReplayProgress;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code millrace replay publish}. */
@Command(name = "publish", mixinStandardHelpOptions = true, header = "Puts what a replay has given in the place of its range in each table.", description = {
        "",
        "One commit for each table, made by the committer of the running pipeline while rows come in: readers see all of the old range or all of the new. It waits until nothing can come for the range any more. Tables that others are computed from come first. The snapshot before gets the tag before-replay-<id>, from which `millrace replay rollback` restores the range.",
        "",
        "Rows that break a data test keep it from being published, unless --force gives a reason, which is written down. Ctrl-C or a crash leaves no table half done; the same command goes on.",
        "", "Says what it would do; does it with --execute."}, footer = {"", "Examples:",
                "  millrace replay publish 7f3a01", "  millrace replay publish 7f3a01 --execute",
                "  millrace replay publish 7f3a01 --force \"test amounts, TICKET-12\" --execute"})
final class ReplayPublishCommand extends PublishingCommand {
    @Option(names = "--force", paramLabel = "<reason>", description = "Publish although data tests have failed; the reason stands in the audit.")
    private String force;

    @Option(names = "--execute", description = "Really do it.")
    private boolean execute;

    @Override
    void on(ChosenReplay chosen, boolean json) throws InterruptedException {
        ReplayEntry entry = chosen.entry();
        ReplayPlan plan = entry.plan();
        if (force != null && force.isBlank()) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--force", "No reason is given.")
                    .withRemedy("Say in a few words why it is published although tests have failed."));
        }
        if (entry.status() == Status.PUBLISHED) {
            say(entry, json, "replay " + plan.id() + " is published already, by " + entry.by());
            return;
        }
        chosen.require("published", Status.FINISHED, Status.PUBLISHING, Status.ROLLED_BACK);
        Publications publications = chosen.replays().publications(entry);
        if (entry.status() != Status.PUBLISHING && force == null) {
            requireTested(chosen);
        }
        if (!chosen.replays().isOfLiveText(plan)) {
            terminal().err().println("note: the pipeline's folder has another text than this replay; rows behind "
                    + ReplayListCommand.range(plan) + " are what the running pipeline makes of it");
        }
        if (execute) {
            perform(chosen, Action.PUBLISH, Optional.ofNullable(force), json);
            return;
        }
        say(entry, json, "the range " + ReplayListCommand.range(plan) + " of "
                + String.join(", ", publications.tables()) + " would be replaced by " + plan.branch()
                + publications.settled().map(t -> ", once the table is complete through " + t).orElse("")
                + "; what is there now would keep the tag " + publications.tag(Action.PUBLISH)
                + "; add --execute to do it");
    }

    private void requireTested(ChosenReplay chosen) {
        ReplayPlan plan = chosen.entry().plan();
        Deployment replayed = chosen.replayed(where(), terminal());
        try (ReplayProgress progress = chosen.replays().progress(plan, replayed)) {
            chosen.replays().requireTested(plan, progress);
        }
    }
}
