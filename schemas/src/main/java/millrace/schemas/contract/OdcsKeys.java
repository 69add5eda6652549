package millrace.schemas.contract;

import java.util.List;
import java.util.stream.Stream;

/**
 * Every key that the standard's versions 3.0 to 3.2 know, by where it may stand. Keys that describe what this engine
 * has no use for, such as prices, are known all the same: a contract is written for more readers than this one.
 */
final class OdcsKeys {
    static final List<String> CONTRACT = List.of("apiVersion", "kind", "id", "name", "version", "status", "tenant",
            "domain", "dataProduct", "context", "description", "tags", "servers", "schema", "support", "price", "team",
            "roles", "slaDefaultElement", "slaProperties", "authoritativeDefinitions", "customProperties",
            "contractCreatedTs");

    static final List<String> DESCRIPTION = List.of("purpose", "usage", "limitations", "authoritativeDefinitions",
            "customProperties");

    static final List<String> SERVER = List.of("id", "server", "type", "description", "environment", "roles",
            "customProperties", "account", "catalog", "database", "dataset", "delimiter", "endpointUrl", "format",
            "host", "location", "namespace", "path", "port", "project", "region", "regionName", "schema", "serviceName",
            "stagingDir", "stream", "warehouse", "workgroup");

    private static final List<String> ELEMENT = List.of("id", "name", "physicalName", "physicalType", "logicalType",
            "description", "businessName", "synonyms", "context", "tags", "deprecated", "authoritativeDefinitions",
            "customProperties", "relationships", "quality", "properties");

    static final List<String> SCHEMA = with(ELEMENT, "dataGranularityDescription");

    static final List<String> PROPERTY = with(ELEMENT, "logicalTypeOptions", "required", "unique", "primaryKey",
            "primaryKeyPosition", "partitioned", "partitionKeyPosition", "classification", "encryptedName",
            "semanticType", "transformSourceObjects", "transformLogic", "transformDescription", "examples", "enum",
            "criticalDataElement", "items", "map");

    static final List<String> ENUM_VALUE = List.of("value", "label", "id", "description", "customProperties",
            "authoritativeDefinitions", "tags");

    static final List<String> CUSTOM_PROPERTY = List.of("property", "value", "id", "description");

    static final List<String> SLA = List.of("id", "property", "value", "valueExt", "unit", "element", "driver",
            "description", "scheduler", "schedule");

    static final List<String> QUALITY = List.of("id", "name", "type", "description", "metric", "rule", "arguments",
            "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan",
            "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween", "query", "engine", "implementation",
            "dimension", "method", "severity", "businessImpact", "unit", "schedule", "scheduler", "tags",
            "authoritativeDefinitions", "customProperties");

    static final List<String> TEAM = List.of("id", "name", "description", "members", "tags", "customProperties",
            "authoritativeDefinitions");

    static final List<String> TEAM_MEMBER = List.of("id", "username", "name", "description", "role", "dateIn",
            "dateOut", "replacedByUsername", "tags", "customProperties", "authoritativeDefinitions", "comment");

    /** What we add to a contract under {@code customProperties}. */
    static final List<String> OURS = List.of("eventTime", "disorder", "allowedLateness", "maxAhead", "idleTimeout",
            "key", "partitions", "format", "kind", "rawRetention", "rawForm", "avroName");

    /** What we add to a column under {@code customProperties}. */
    static final List<String> OURS_OF_COLUMN = List.of("mask", "default", "aliases");

    private OdcsKeys() {}

    private static List<String> with(List<String> keys, String... more) {
        return Stream.concat(keys.stream(), Stream.of(more)).toList();
    }
}
