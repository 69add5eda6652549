package millrace.topology.plan;

import millrace.schemas.row.FieldType;

/**
 * What one model computes.
 *
 * @param model its name with layer, such as {@code silver.clicks}
 * @param rowType of the rows it gives, which is {@code root}'s
 */
public record Plan(String model, PlanNode root, FieldType.Struct rowType) {}
