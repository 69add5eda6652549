package millrace.ops.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import millrace.ops.project.Profile;

class LogFilesTest {
    @TempDir
    Path folder;

    @AfterEach
    void asBefore() throws Exception {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LogFilesTest.class.getResource("/logback.xml"));
    }

    @Test
    void textGoesToAFileWithPipelineAndTable() throws Exception {
        Path file = LogFiles.writeTo(folder, new Profile.Logs(Profile.LogFormat.TEXT, "info"));
        MDC.put("table", "silver.clicks");
        LoggerFactory.getLogger("millrace.x").info("committed {} rows", 7);
        MDC.remove("table");
        LoggerFactory.getLogger("millrace.x").debug("not shown");
        LoggerFactory.getLogger("org.other").info("not shown either");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst()).contains("INFO").endsWith("] millrace.x table=silver.clicks committed 7 rows");
    }

    @Test
    void aLineIsAboutAPipelineATableBothOrNeither() throws Exception {
        Path file = LogFiles.writeTo(folder, new Profile.Logs(Profile.LogFormat.TEXT, "info"));
        MDC.put("pipeline", "web");
        LoggerFactory.getLogger("millrace.x").info("one");
        MDC.put("table", "silver.clicks");
        LoggerFactory.getLogger("millrace.x").info("two");
        MDC.clear();
        LoggerFactory.getLogger("millrace.x").info("none");
        assertThat(Files.readAllLines(file)).extracting(l -> l.substring(l.indexOf("millrace.x"))).containsExactly(
                "millrace.x pipeline=web one", "millrace.x pipeline=web table=silver.clicks two", "millrace.x none");
    }

    @Test
    void theThreadsOfKafkasLibrariesTellByTheirNames() throws Exception {
        String uuid = "33d6d13f-5513-4cc8-a910-001708362995";
        assertThat(LineOrigin.of("my-shop-" + uuid + "-StreamThread-1")).isEqualTo(Map.of("pipeline", "my-shop"));
        assertThat(LineOrigin.of("kafka-producer-network-thread | shop-" + uuid + "-StreamThread-1-producer"))
                .isEqualTo(Map.of("pipeline", "shop"));
        assertThat(LineOrigin.of("kafka-coordinator-heartbeat-thread | millrace.stage.shop.bronze.orders"))
                .isEqualTo(Map.of("pipeline", "shop", "table", "bronze.orders"));
        assertThat(LineOrigin.of("kafka-coordinator-heartbeat-thread | millrace.commit.shop"))
                .isEqualTo(Map.of("pipeline", "shop"));
        assertThat(LineOrigin.of("pipeline-shop")).isEqualTo(Map.of("pipeline", "shop"));
        assertThat(LineOrigin.of("data-plane-kafka-request-handler-2")).isEmpty();
        assertThat(LineOrigin.of("kafka-producer-network-thread | producer-1")).isEmpty();

        Path file = LogFiles.writeTo(folder, new Profile.Logs(Profile.LogFormat.JSON, "info"));
        Thread thread = new Thread(() -> LoggerFactory.getLogger("org.apache.kafka.x").warn("rebalanced"),
                "shop-" + uuid + "-StreamThread-1");
        thread.start();
        thread.join();
        JsonNode line = new ObjectMapper().readTree(Files.readAllLines(file).getFirst());
        assertThat(line.path("mdc").path("pipeline").asText()).isEqualTo("shop");
    }

    @Test
    void jsonIsOneObjectPerLine() throws Exception {
        Path file = LogFiles.writeTo(folder, new Profile.Logs(Profile.LogFormat.JSON, "debug"));
        MDC.put("pipeline", "web");
        LoggerFactory.getLogger("millrace.x").debug("said \"{}\"", "so");
        MDC.remove("pipeline");
        JsonNode line = new ObjectMapper().readTree(Files.readAllLines(file).getFirst());
        assertThat(line.path("level").asText()).isEqualTo("DEBUG");
        assertThat(line.path("formattedMessage").asText()).isEqualTo("said \"so\"");
        assertThat(line.path("mdc").path("pipeline").asText()).isEqualTo("web");
    }

    @Test
    void aMessageThatRepeatsIsLimited() {
        AtomicLong millis = new AtomicLong(1_000_000);
        RepeatLimit limit = new RepeatLimit(millis::get);
        limit.setPerMinute(3);
        assertThat(passed(limit, 100)).isEqualTo(3);
        millis.addAndGet(60_000);
        assertThat(passed(limit, 100)).isEqualTo(3);
    }

    @Test
    void differentProblemsAreDifferentMessages() throws Exception {
        Path file = LogFiles.writeTo(folder, new Profile.Logs(Profile.LogFormat.TEXT, "info"));
        for (int i = 0; i < 20; i++) {
            LoggerFactory.getLogger("millrace.x").warn("{}", "blocked STORAGE_FULL   bronze.a\n  full");
        }
        LoggerFactory.getLogger("millrace.x").warn("{}", "blocked STORAGE_FULL   bronze.b\n  full");
        String log = Files.readString(file);
        assertThat(log.split("bronze.a", -1)).hasSize(11);
        assertThat(log).contains("bronze.b");
    }

    private static int passed(RepeatLimit limit, int times) {
        LoggerContext context = new LoggerContext();
        var logger = context.getLogger("org.noisy");
        int passed = 0;
        for (int i = 0; i < times; i++) {
            if (limit.decide(null, logger, ch.qos.logback.classic.Level.WARN, "node " + i + " is not available", null,
                    null) != ch.qos.logback.core.spi.FilterReply.DENY) {
                passed++;
            }
        }
        return passed;
    }
}
