package millrace.replay.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Optional;

/** Entries as bytes: the key is the replay's id, the value JSON; names that are not known are passed over. */
final class ReplayEntries {
    private static final ObjectMapper JSON = JsonMapper.builder().addModule(new Jdk8Module())
            .addModule(new JavaTimeModule()).disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS).build();

    private ReplayEntries() {}

    static byte[] value(ReplayEntry entry) {
        try {
            return JSON.writeValueAsBytes(entry);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Empty if a newer version has written it in a form that this one does not know. */
    static Optional<ReplayEntry> read(byte[] value) {
        try {
            return value == null ? Optional.empty() : Optional.of(JSON.readValue(value, ReplayEntry.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
