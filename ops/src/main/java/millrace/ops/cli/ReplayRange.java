package millrace.ops.cli;

import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import millrace.ops.problem.OpsProblem;
import millrace.replay.plan.Edge;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import picocli.CommandLine.Option;

/** The stretch of event time that a replay is about. */
final class ReplayRange {
    @Option(names = "--from", paramLabel = "<edge>", description = "Where the range begins: a time (2026-11-01, 2026-11-01T10:00Z), a duration before now (7d), offsets (offset:0=118204,1=117990: what those records and later ones may have changed), or a snapshot, branch or tag of a table (snapshot:gold.hourly@good: what came since). Default: the beginning.")
    private String from;

    @Option(names = "--to", paramLabel = "<edge>", description = "Where the range ends, exclusive, in the same forms. Default: as far as nothing can change any more.")
    private String to;

    @Option(names = "--last", paramLabel = "<duration>", description = "Short for --from with a duration, such as 7d.")
    private String last;

    @Option(names = "--sample", paramLabel = "<partitions>", description = "Try some partitions first, such as p0 or p0,p3: of each topic that has them no others are read. What is grouped or joined over partitions has part of its rows then; a sample can be compared, not published.")
    private String sample;

    /** Empty for all partitions. */
    SortedSet<Integer> sample() {
        SortedSet<Integer> partitions = new TreeSet<>();
        for (String part : sample == null ? new String[0] : sample.split(",")) {
            if (!part.strip().matches("p?\\d{1,6}")) {
                throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--sample", "\"" + part
                        + "\" is no partition.").withRemedy("Write p0, or several with commas between them."));
            }
            partitions.add(Integer.parseInt(part.strip().replace("p", "")));
        }
        return partitions;
    }

    Optional<Edge> from() {
        if (last != null && from != null) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--last",
                    "Both --from and --last say where the range begins.").withRemedy("Leave one of them out."));
        }
        Optional<Edge> edge = Optional.ofNullable(last == null ? from : last).map(Edge::parse);
        if (last != null && !(edge.orElseThrow() instanceof Edge.Ago)) {
            throw new ProblemException(Problem.of(OpsProblem.OPTION_UNFIT, "--last", "\"" + last
                    + "\" is no duration.").withRemedy("Write one such as 7d, 36h or 90m."));
        }
        return edge;
    }

    Optional<Edge> to() {
        return Optional.ofNullable(to).map(Edge::parse);
    }
}
