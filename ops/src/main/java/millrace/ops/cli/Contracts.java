package millrace.ops.cli;

import java.util.List;
import millrace.ops.problem.OpsProblem;
import millrace.ops.project.Project;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFolder;
import millrace.schemas.problem.Nearest;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;

/** Finds a contract that a command names. */
final class Contracts {
    private Contracts() {}

    /** By its name or its topic, in any of the projects. */
    static Contract find(List<Project> projects, String word) {
        List<Contract> all = projects.stream().flatMap(p -> ContractFolder.read(p.contractsFolder()).stream())
                .toList();
        return all.stream().filter(c -> c.name().equals(word) || c.topic().equals(word)).findFirst()
                .orElseThrow(() -> {
                    List<String> names = all.stream().map(Contract::name).toList();
                    return new ProblemException(Problem
                            .of(OpsProblem.CONTRACT_NOT_FOUND, word, "There is no contract \""
                                    + word + "\"." + Nearest.to(word, names).map(n -> " Did you mean \"" + n + "\"?")
                                            .orElse(" There are: " + String.join(", ", names) + "."))
                            .withRemedy(OpsProblem.CONTRACT_NOT_FOUND.remedy()));
                });
    }
}
