package millrace.sinks.iceberg.keyed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import millrace.statestores.index.KeyIndex;
import millrace.statestores.store.KeyBytes;

/** An index on a disk in memory. */
public final class MapKeyIndex implements KeyIndex {
    private final Map<KeyBytes, Long> places = new HashMap<>();
    private final List<String> files = new ArrayList<>();
    private Optional<String> tag = Optional.empty();

    private record Recorded(List<Map.Entry<byte[], Long>> changes) implements Changes {
        @Override
        public void put(byte[] key, long place) {
            changes.add(Map.entry(key, place));
        }

        @Override
        public int size() {
            return changes.size();
        }
    }

    /** The process ends; what is not logged is lost. */
    public void crash() {
        if (tag.isEmpty()) {
            places.clear();
        }
    }

    @Override
    public Optional<String> tag() {
        return tag;
    }

    @Override
    public int fileOf(String location) {
        if (!files.contains(location)) {
            files.add(location);
        }
        return files.indexOf(location);
    }

    @Override
    public Optional<String> locationOf(int file) {
        return Optional.of(files.get(file)).filter(l -> !l.isEmpty());
    }

    @Override
    public long[] find(List<byte[]> sorted) {
        return sorted.stream().mapToLong(k -> places.getOrDefault(new KeyBytes(k), NOWHERE)).toArray();
    }

    @Override
    public Changes changes() {
        return new Recorded(new ArrayList<>());
    }

    @Override
    public void apply(Changes changes, String newTag) {
        change(changes);
        tag = Optional.of(newTag);
    }

    @Override
    public void load(Changes changes) {
        tag = Optional.empty();
        change(changes);
    }

    private void change(Changes changes) {
        ((Recorded) changes).changes().forEach(c -> {
            if (c.getValue() == NOWHERE) {
                places.remove(new KeyBytes(c.getKey()));
            } else {
                places.put(new KeyBytes(c.getKey()), c.getValue());
            }
        });
    }

    @Override
    public void forget(int shard) {
        tag = Optional.empty();
        places.keySet().removeIf(k -> TableKeys.partition(k.bytes()) == shard);
    }

    @Override
    public void clear() {
        tag = Optional.empty();
        places.clear();
        files.clear();
    }

    @Override
    public Optional<byte[]> visit(Optional<byte[]> after, int most, Visitor visitor) {
        List<byte[]> sorted = places.keySet().stream().map(KeyBytes::bytes).sorted(Arrays::compareUnsigned)
                .filter(k -> after.isEmpty() || Arrays.compareUnsigned(k, after.get()) > 0).limit(most).toList();
        sorted.forEach(k -> visitor.key(k, places.get(new KeyBytes(k))));
        return sorted.size() == most ? Optional.of(sorted.get(most - 1)) : Optional.empty();
    }

    @Override
    public void forgetFiles(Set<String> locations) {
        locations.forEach(l -> {
            if (files.contains(l)) {
                files.set(files.indexOf(l), "");
            }
        });
    }

    @Override
    public void keepFiles(Set<String> locations) {}

    @Override
    public long keys() {
        return places.size();
    }

    @Override
    public long diskBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
