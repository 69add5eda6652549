package millrace.schemas.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void saysWhatFailedAndWhy() {
        assertThat(Failure.words(new IllegalStateException("Error occurred while processing GET request",
                new IOException("no route", new ConnectException("Connection refused")))))
                .isEqualTo("Error occurred while processing GET request: Connection refused");
    }

    @Test
    void saysNothingTwice() {
        assertThat(Failure.words(new UncheckedIOException(new IOException("No space left on device"))))
                .isEqualTo("No space left on device");
        assertThat(Failure.words(new IllegalStateException("the pool is full: busy", new IOException("busy"))))
                .isEqualTo("the pool is full: busy");
        assertThat(Failure.words(new NullPointerException())).isEqualTo("NullPointerException");
    }
}
