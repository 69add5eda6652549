package millrace.ops.bench.nexmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import millrace.ops.bench.BenchProject;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.ProblemException;
import millrace.topology.assemble.Pipeline;

/**
 * The project {@code nexmark}: one contract for all events, views that sort them into persons, auctions and bids, and a
 * model for each query.
 */
public final class NexmarkProject {
    private static final List<String> FILES = List.of("millrace.yaml", "contracts/nexmark.odcs.yaml",
            "contracts/side_input.odcs.yaml", "models/silver/person.sql", "models/silver/auction.sql",
            "models/silver/bid.sql", "models/silver/silver.yml", "models/gold/gold.yml");

    private final BenchProject files;

    private NexmarkProject(BenchProject files) {
        this.files = files;
    }

    /**
     * Writes the project's files into a folder and reads them.
     *
     * @throws IOException if they cannot be written
     */
    public static NexmarkProject in(Path folder) throws IOException {
        List<String> files = new ArrayList<>(FILES);
        Stream.of(NexmarkQuery.values()).forEach(q -> files.add("models/gold/" + q.shortName() + ".sql"));
        return new NexmarkProject(BenchProject.copy("/bench/nexmark", files, folder));
    }

    /** Of all events. */
    public Contract events() {
        return files.contract("nexmark");
    }

    /** Of the other topic, which only q13 reads. */
    public Contract sideInput() {
        return files.contract("side_input");
    }

    /**
     * Some of the queries, with the views and contracts that they read.
     *
     * @param name of the pipeline
     * @throws ProblemException if one of them cannot be compiled
     */
    public Pipeline pipeline(String name, Collection<NexmarkQuery> queries) {
        return files.pipeline(name, queries.stream().map(NexmarkQuery::model).toList());
    }
}
