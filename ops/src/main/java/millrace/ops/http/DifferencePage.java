package millrace.ops.http;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import millrace.ops.query.TableComparison.Difference;
import millrace.ops.query.TableComparison.Side;
import millrace.ops.replay.BranchDifference;

/** A page that shows how a replay differs from the tables: one file, with nothing of the network in it. */
public final class DifferencePage {
    private DifferencePage() {}

    /** @param refused records and rows that the replay has quarantined */
    public static String render(String id, String range, String status, long refused, List<BranchDifference> all) {
        StringOutput out = new StringOutput();
        TemplateEngine.createPrecompiled(null, ContentType.Html, null, PageCompiler.PACKAGE).render("difference.jte",
                Map.of("id", id, "range", range, "status", status, "refused", refused, "all", all), out);
        return out.toString();
    }

    /** Of the keys that both sides have, in per cent. */
    public static String share(Difference of, long count) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * count / Math.max(1, of.left() - of.onlyLeft()));
    }

    /** What a row of this side is to a reader. */
    public static String word(Side side) {
        return switch (side) {
            case LEFT -> "only in the table";
            case RIGHT -> "only replayed";
            case BOTH -> "changed";
        };
    }
}
