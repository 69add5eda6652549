package millrace.schemas.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** All contracts of a pipeline: the files of one folder and the folders in it whose names end in {@code .odcs.yaml}. */
public final class ContractFolder {
    private ContractFolder() {}

    /**
     * The contracts, in the order of their file names; none if there is no such folder.
     *
     * @param folder its last part is how messages name the files: {@code contracts/clicks.odcs.yaml}
     * @throws ProblemException with every mistake of every file, and names or topics that two contracts share
     * @throws UncheckedIOException if a file cannot be read
     */
    public static List<Contract> read(Path folder) {
        List<Problem> problems = new ArrayList<>();
        List<Contract> contracts = new ArrayList<>();
        Map<String, Contract> byName = new HashMap<>();
        Map<String, Contract> byTopic = new HashMap<>();
        for (Path file : files(folder)) {
            try {
                Contract c = ContractFile.read(folder.getFileName() + "/" + folder.relativize(file).toString().replace(
                        '\\', '/'), Files.readString(file));
                Contract sameName = byName.putIfAbsent(c.name(), c);
                Contract sameTopic = byTopic.putIfAbsent(c.topic(), c);
                if (sameName != null) {
                    problems.add(shared(c, "name \"" + c.name() + "\"", sameName));
                } else if (sameTopic != null) {
                    problems.add(shared(c, "topic \"" + c.topic() + "\"", sameTopic));
                }
                contracts.add(c);
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
        return contracts;
    }

    private static Problem shared(Contract c, String what, Contract other) {
        return Problem.at(ContractProblem.CONTRACT_DUPLICATE, c.place(),
                "The " + what + " belongs already to " + other.place().file() + ".");
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(f -> f.getFileName().toString().endsWith(ContractFile.SUFFIX)).filter(
                    Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
