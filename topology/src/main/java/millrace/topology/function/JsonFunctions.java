package millrace.topology.function;

/** Functions on text that holds JSON. Text that does not is treated as if the path led nowhere. */
public final class JsonFunctions {
    private JsonFunctions() {}

    @Sql(value = "JSON_VALUE(text, jsonpath) -> text", mayGiveNull = true, doc = "The scalar at a path such as $.a.b[0]; NULL if there is none. RETURNING type casts it.", examples = {
            "JSON_VALUE('{\"a\": {\"b\": [1, 2]}}', '$.a.b[1]') = '2'",
            "JSON_VALUE('{\"a\": 7}', '$.a' RETURNING INTEGER) = 7", "JSON_VALUE('{\"a\": 7}', '$.b') IS NULL",
            "JSON_VALUE('not json', '$.a') IS NULL"})
    public static String jsonValue(String json, JsonPath path) {
        return path.scalar(json);
    }

    @Sql(value = "JSON_QUERY(text, jsonpath) -> text", mayGiveNull = true, doc = "The object or array at a path, as JSON; NULL if there is none.", examples = {
            "JSON_QUERY('{\"a\": {\"b\": [1, 2]}}', '$.a') = '{\"b\":[1,2]}'",
            "JSON_QUERY('{\"a\": 7}', '$.a') IS NULL"})
    public static String jsonQuery(String json, JsonPath path) {
        return path.structure(json);
    }

    @Sql(value = "JSON_EXISTS(text, jsonpath) -> bool", doc = "Whether a path leads anywhere, be it to null.", examples = {
            "JSON_EXISTS('{\"a\": null}', '$.a')", "NOT JSON_EXISTS('{\"a\": 1}', '$.b')"})
    public static boolean jsonExists(String json, JsonPath path) {
        return path.exists(json);
    }
}
