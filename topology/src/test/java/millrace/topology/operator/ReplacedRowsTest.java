package millrace.topology.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import millrace.topology.flow.Change;
import millrace.topology.route.RoutedKey;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which tombstones a topic gets. */
class ReplacedRowsTest {
    @TempDir
    File folder;

    private MockProcessorContext<Object, Object> context;
    private ReplacedRows topic;

    @BeforeEach
    void topic() {
        context = new MockProcessorContext<>(new Properties(), new TaskId(0, 0), folder);
        topic = new ReplacedRows(context, "topic");
    }

    @Test
    void anUpdateIsOneRecord() {
        before("a");
        after("a", "2");
        assertThat(written()).containsExactly("a=2");
    }

    @Test
    void aRowThatMovesToAnotherKeyIsTakenBack() {
        before("a");
        after("b", "2");
        assertThat(written()).containsExactly("a=null", "b=2");
    }

    @Test
    void ofUpdatesThatAreNotSideBySideEachTombstoneIsWrittenButTheLast() {
        before("a");
        before("b");
        after("b", "2");
        after("a", "1");
        assertThat(written()).containsExactly("a=null", "b=2", "a=1");
    }

    @Test
    void whatIsDeletedIsTakenBack() {
        give(Change.DELETE, "a", null);
        give(Change.INSERT, "a", "1");
        assertThat(written()).containsExactly("a=null", "a=1");
    }

    @Test
    void anUpdateThatCannotBeWrittenLeavesNothing() {
        before("a");
        topic.give(Change.UPDATE_AFTER, null);
        assertThat(written()).containsExactly("a=null");
    }

    @Test
    void whatWaitsIsGivenWhenNothingFollows() {
        before("a");
        assertThat(written()).isEmpty();
        topic.giveTombstone();
        topic.giveTombstone();
        assertThat(written()).containsExactly("a=null");
    }

    private void before(String key) {
        give(Change.UPDATE_BEFORE, key, null);
    }

    private void after(String key, String value) {
        give(Change.UPDATE_AFTER, key, value);
    }

    private void give(Change change, String key, String value) {
        topic.give(change, new Record<>(RoutedKey.hashed(key.getBytes(StandardCharsets.UTF_8)), value, 0));
    }

    private List<String> written() {
        return context.forwarded().stream().map(f -> new String(RoutedKey.serializer().serialize("topic",
                (RoutedKey) f.record().key()), StandardCharsets.UTF_8) + "=" + f.record().value()).toList();
    }
}
