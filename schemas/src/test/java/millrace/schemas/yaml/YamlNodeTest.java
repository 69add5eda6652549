package millrace.schemas.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import org.junit.jupiter.api.Test;

class YamlNodeTest {
    @Test
    void everyMistakeOfAFileIsNotedWithItsPlace() {
        YamlNode root = YamlNode.parse("m.yaml", "name: x\nretension: 7d\nretention: soon\nlist: 3\n");
        root.allow("name", "retention", "list", "owner");
        root.require("owner");
        root.get("retention").flatMap(YamlNode::asDuration);
        root.get("list").map(YamlNode::asList);

        assertThat(root.problems()).extracting(Problem::toText).containsExactly("""
            error YAML_MISSING_KEY   m.yaml:1:1
              name: x
              ^
              Expected the key "owner" here.""", """
            error YAML_UNKNOWN_KEY   m.yaml:2:1
              retension: 7d
              ^^^^^^^^^
              Unknown key "retension". Did you mean "retention"?""", """
            error YAML_WRONG_TYPE   m.yaml:3:12
              retention: soon
                         ^^^^
              Expected a duration such as 30s, 5m, 24h or 7d, found "soon".""", """
            error YAML_WRONG_TYPE   m.yaml:4:7
              list: 3
                    ^
              Expected a list, found "3".""");
    }

    @Test
    void aKeyThatStandsTwiceIsAMistake() {
        YamlNode root = YamlNode.parse("m.yaml", "name: x\nname: y\n");
        assertThat(root.allow("name").problems()).singleElement()
                .extracting(p -> p.code().name(), p -> p.place().orElseThrow().toString())
                .containsExactly("YAML_DUPLICATE_KEY", "m.yaml:2:1");
    }

    @Test
    void brokenSyntaxNamesTheLine() {
        assertThatThrownBy(() -> YamlNode.parse("m.yaml", "a: [1, 2\nb: 3\n"))
                .isInstanceOf(ProblemException.class).hasMessageContaining("error YAML_SYNTAX   m.yaml:2:");
    }

    @Test
    void durationsReadBackAsTheyWereWritten() {
        for (String text : new String[] {"500ms", "10s", "5m", "24h", "7d", "90s", "0s"}) {
            Duration d = Durations.parse(text).orElseThrow();
            assertThat(Durations.parse(Durations.format(d))).as(text).contains(d);
        }
        assertThat(Durations.format(Duration.ofHours(24))).isEqualTo("1d");
        assertThat(Durations.parse("PT30S")).contains(Duration.ofSeconds(30));
        assertThat(Durations.parse("-5s")).isEmpty();
        assertThat(Durations.parse("7 days")).isEmpty();
    }
}
