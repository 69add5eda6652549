package millrace.ops.replay;

import java.util.List;
import millrace.replay.amend.Amendment;
import millrace.replay.plan.ReplayPlan;

/**
 * How late records are taken in.
 *
 * @param replays one for each piece of the amendment; published in this order
 */
public record AmendPlan(Amendment amendment, List<ReplayPlan> replays) {
    public AmendPlan {
        replays = List.copyOf(replays);
    }
}
