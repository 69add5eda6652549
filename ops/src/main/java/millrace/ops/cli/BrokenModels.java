package millrace.ops.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractFolder;
import millrace.schemas.evolve.Change;
import millrace.topology.explain.Lineage;
import millrace.topology.explain.Lineage.SourceColumn;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.ModelFolder;
import millrace.topology.plan.Plan;
import millrace.topology.sql.SqlCompiler;

/** Models that read what a change of a contract takes away or makes into something else. */
final class BrokenModels {
    private BrokenModels() {}

    /**
     * The models by the change that breaks them; changes that break none are left out.
     *
     * @param older the contract by which the models of the folder were written; it stands for the folder's own
     */
    static Map<Change, List<String>> of(Path project, Contract older, List<Change> changes) {
        List<Contract> contracts = new ArrayList<>(ContractFolder.read(project.resolve("contracts")));
        contracts.removeIf(c -> c.name().equals(older.name()));
        contracts.add(older);
        List<Plan> plans = SqlCompiler.compile(contracts, ModelFolder.read(project.resolve("models")),
                FunctionLibrary.builtIn());
        Map<Change, List<String>> out = new LinkedHashMap<>();
        for (Change change : changes) {
            if (takesAway(change)) {
                SourceColumn column = new SourceColumn(older.name(), change.path().split("[.\\[]")[0]);
                List<String> models = plans.stream()
                        .filter(p -> Lineage.of(p).reads().contains(column)).map(Plan::model).toList();
                if (!models.isEmpty()) {
                    out.put(change, models);
                }
            }
        }
        return out;
    }

    private static boolean takesAway(Change change) {
        return switch (change) {
            case Change.Removed c -> true;
            case Change.Renamed c -> true;
            case Change.TypeChanged c -> true;
            case Change.MeaningChanged c -> true;
            case Change.BecameOptional c -> false;
            case Change.BecameRequired c -> false;
            case Change.Added c -> false;
            case Change.FrameChanged c -> false;
            case Change.TreatmentChanged c -> false;
            case Change.PromisesChanged c -> false;
            case Change.Deprecated c -> false;
        };
    }
}
