package millrace.topology.function;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Functions on arrays, counted from 1, and on maps. */
public final class CollectionFunctions {
    private CollectionFunctions() {}

    @Sql(value = "CARDINALITY(array) -> int", doc = "The number of elements or entries.", examples = {
            "CARDINALITY(ARRAY[1, 2]) = 2", "CARDINALITY(MAP['a', 1]) = 1"})
    public static int cardinality(List<?> list) {
        return list.size();
    }

    @Sql("CARDINALITY(map) -> int")
    public static int cardinality(Map<?, ?> map) {
        return map.size();
    }

    @Sql(value = "ELEMENT(array) -> element", mayGiveNull = true, doc = "The only element; NULL if empty; more than one fails.", examples = "ELEMENT(ARRAY[7]) = 7")
    public static Object element(List<?> list) {
        if (list.size() > 1) {
            throw new FunctionFailure("expected an array of one element, found " + list.size());
        }
        return list.isEmpty() ? null : list.get(0);
    }

    @Sql(value = "ARRAY_CONTAINS(array, any) -> bool", doc = "Whether an element equals the value.", examples = {
            "ARRAY_CONTAINS(ARRAY['a', 'b'], 'b')", "NOT ARRAY_CONTAINS(ARRAY[1], 2)"})
    public static boolean arrayContains(List<?> list, Object value) {
        return arrayPosition(list, value) > 0;
    }

    @Sql(value = "ARRAY_POSITION(array, any) -> int", doc = "Where the value first stands, 0 if nowhere.", examples = "ARRAY_POSITION(ARRAY['a', 'b'], 'b') = 2")
    public static int arrayPosition(List<?> list, Object value) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) != null && Values.same(list.get(i), value)) {
                return i + 1;
            }
        }
        return 0;
    }

    @Sql(value = "ARRAY_JOIN(array, text) -> text", doc = "The elements, which are text, with a separator; NULL is skipped.", examples = "ARRAY_JOIN(ARRAY['a', 'b'], '-') = 'a-b'")
    public static String arrayJoin(List<?> list, String separator) {
        StringBuilder out = new StringBuilder();
        for (Object o : list) {
            if (o != null) {
                if (!(o instanceof String s)) {
                    throw new FunctionFailure("expected an array of text");
                }
                out.append(out.isEmpty() ? "" : separator).append(s);
            }
        }
        return out.toString();
    }

    @Sql(value = "ARRAY_DISTINCT(array) -> same", doc = "The array without repeated elements, the first kept.", examples = "CARDINALITY(ARRAY_DISTINCT(ARRAY[1, 2, 1])) = 2")
    public static List<?> arrayDistinct(List<?> list) {
        List<Object> out = new ArrayList<>();
        for (Object o : list) {
            if (out.stream().noneMatch(seen -> Values.same(seen, o))) {
                out.add(o);
            }
        }
        return out;
    }

    @Sql(value = "ARRAY_REVERSE(array) -> same", doc = "The elements in reverse order.", examples = "ARRAY_REVERSE(ARRAY[1, 2])[1] = 2")
    public static List<?> arrayReverse(List<?> list) {
        List<Object> out = new ArrayList<>(list);
        Collections.reverse(out);
        return out;
    }

    @Sql(value = "ARRAY_SLICE(array, int, int) -> same", doc = "The elements from one position to another, both included.", examples = "ARRAY_SLICE(ARRAY[1, 2, 3], 2, 3)[1] = 2")
    public static List<?> arraySlice(List<?> list, int from, int to) {
        int start = Math.max(1, from);
        int end = Math.min(list.size(), to);
        return start > end ? List.of() : new ArrayList<>(list.subList(start - 1, end));
    }

    @Sql(value = "MAP_KEYS(map) -> array<text>", doc = "The keys of a map, in its order.", examples = "MAP_KEYS(MAP['a', 1])[1] = 'a'")
    public static List<?> mapKeys(Map<?, ?> map) {
        return new ArrayList<>(map.keySet());
    }

    @Sql(value = "MAP_VALUES(map) -> values", doc = "The values of a map, in its order.", examples = "MAP_VALUES(MAP['a', 1])[1] = 1")
    public static List<?> mapValues(Map<?, ?> map) {
        return new ArrayList<>(map.values());
    }

    @Sql(value = "MAP_CONTAINS_KEY(map, text) -> bool", doc = "Whether a map has a key.", examples = {
            "MAP_CONTAINS_KEY(MAP['a', 1], 'a')", "NOT MAP_CONTAINS_KEY(MAP['a', 1], 'b')"})
    public static boolean mapContainsKey(Map<?, ?> map, String key) {
        return map.containsKey(key);
    }

    /** {@code MAP[key, value, ..]}, in this order; the last of equal keys counts. */
    public static Map<String, Object> map(Object[] entries) {
        Map<String, Object> out = new java.util.LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            if (entries[i] == null) {
                throw new FunctionFailure("the key of a map cannot be NULL");
            }
            out.put((String) entries[i], entries[i + 1]);
        }
        return out;
    }

    /** {@code array[i]}: NULL outside of the array. */
    public static Object item(List<?> list, int index) {
        return index < 1 || index > list.size() ? null : list.get(index - 1);
    }

    /** {@code map[key]}: NULL where there is no such key. */
    public static Object item(Map<?, ?> map, String key) {
        return map.get(key);
    }
}
