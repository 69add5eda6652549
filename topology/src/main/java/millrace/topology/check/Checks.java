package millrace.topology.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.topology.aggregate.Aggregates;
import millrace.topology.function.FunctionLibrary;
import millrace.topology.model.Model;
import millrace.topology.plan.Plan;
import millrace.topology.plan.RowChanges;

/** Every check, in the order of what a user mends first. */
public final class Checks {
    private Checks() {}

    /**
     * Everything that is wrong with a plan; empty if it can run.
     *
     * @param below the plans of the models that it may read
     */
    public static List<Problem> of(Model model, Plan plan, List<Plan> below, Collection<Contract> contracts,
            FunctionLibrary functions, Aggregates aggregates) {
        RowChanges changes = RowChanges.of(contracts, below);
        List<Problem> problems = new ArrayList<>();
        problems.addAll(WindowsNeedTheEventTime.check(model, plan, below, contracts));
        problems.addAll(TheLastRowIsOfRowsThatStay.check(model, plan, changes));
        problems.addAll(SessionsNeedAGroup.check(model, plan, changes));
        problems.addAll(AggregatesCanTakeRowsBack.check(model, plan, changes, aggregates));
        problems.addAll(EveryStateIsBounded.check(model, plan, changes));
        problems.addAll(AmendmentsNeedAKey.check(model, plan, changes, contracts));
        problems.addAll(EarlyResultsNeedAWindow.check(model, plan, changes));
        problems.addAll(VersionsAreOfRowsThatStay.check(model, plan, changes));
        problems.addAll(MergingNeedsAKey.check(model));
        problems.addAll(UpsertsAreOfRowsThatChange.check(model, plan, changes));
        problems.addAll(SaltNeedsAJoin.check(model, plan));
        problems.addAll(EveryPatternIsRight.check(model, plan, functions));
        problems.addAll(EveryOutputMatchesItsContract.check(model, plan));
        problems.addAll(EveryKeyIsAColumn.check(model, plan));
        List<Problem> groups = EveryKeyTellsGroupsApart.check(model, plan, below, changes);
        problems.addAll(groups.isEmpty() ? RowsOfAKeyKeepTheirOrder.check(model, plan, below, changes) : groups);
        problems.addAll(EveryTableOptionNamesAColumn.check(model, plan));
        return problems;
    }
}
