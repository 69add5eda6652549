package millrace.topology.route;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Sends each record where its {@link RoutedKey} says. Shared by all tasks. */
public final class RoutedPartitioner implements StreamPartitioner<RoutedKey, byte[]> {
    private volatile Answers answers = Answers.of(1);

    @Override
    public Optional<Set<Integer>> partitions(String topic, RoutedKey key, byte[] value, int partitions) {
        Answers known = answers;
        if (known.single.length != partitions) {
            known = Answers.of(partitions);
            answers = known;
        }
        return key.isEverywhere() ? known.all : known.single[key.partition(partitions)];
    }

    /** Every possible answer, made once. */
    private record Answers(Optional<Set<Integer>>[] single, Optional<Set<Integer>> all) {
        static Answers of(int partitions) {
            @SuppressWarnings({"unchecked", "rawtypes"})
            Optional<Set<Integer>>[] single = new Optional[partitions];
            for (int i = 0; i < partitions; i++) {
                single[i] = Optional.of(Set.of(i));
            }
            return new Answers(single, Optional.of(IntStream.range(0, partitions).boxed().collect(Collectors.toSet())));
        }
    }
}
