package millrace.sinks.iceberg.table;

import java.util.OptionalLong;
import millrace.sinks.iceberg.event.RowRange;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/** A stretch of time as Iceberg filters by it. */
public final class RangeFilter {
    private RangeFilter() {}

    /** All rows if the range is everything, those without a time too. */
    public static Expression of(RowRange range) {
        Expression filter = Expressions.alwaysTrue();
        OptionalLong from = range.from();
        OptionalLong to = range.to();
        if (from.isPresent()) {
            filter = Expressions.and(filter, Expressions.greaterThanOrEqual(range.column(), from.getAsLong()));
        }
        if (to.isPresent()) {
            filter = Expressions.and(filter, Expressions.lessThan(range.column(), to.getAsLong()));
        }
        return filter;
    }
}
