package millrace.schemas.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import millrace.schemas.registry.SubjectImport;
import millrace.schemas.wire.AvroTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractWriterTest {
    private static Contract read(String file) throws IOException {
        try (InputStream in = ContractWriterTest.class.getResourceAsStream("/contracts/" + file)) {
            return ContractFile.read("c.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static void assertSame(Contract actual, Contract expected) {
        assertThat(actual).usingRecursiveComparison()
                .ignoringFieldsMatchingRegexes("place", ".*\\.place", "quality")
                .ignoringCollectionOrderInFieldsMatchingRegexes(".*expectations").withEqualsForType(
                        (a, b) -> a.pattern().equals(b.pattern()), java.util.regex.Pattern.class)
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clicks.odcs.yaml", "everything.odcs.yaml"})
    void whatIsWrittenReadsBackAsTheSamePromises(String file) throws IOException {
        Contract c = read(file);
        String text = ContractWriter.write(c);
        assertSame(ContractFile.read("again.yaml", text), c);
    }

    @Test
    void textsOfAnyKindSurvive() throws IOException {
        Contract c = read("clicks.odcs.yaml");
        String odd = "a: \"b\" # c\n\tno\\d 😀 \u0001 - [x]";
        Column column = c.columns().get(1);
        Column told = new Column(column.field(), odd, false, List.of(new Expectation.OneOf(List.of("no", "1", odd))),
                List.of("null"), java.util.Optional.of(odd), false, java.util.Optional.empty(), false, List.of(),
                column.place());
        Contract with = new Contract("yes", c.name(), "1.0", c.status(), c.topic(), c.recordName(), odd, "on",
                List.of(told), List.of(), java.util.Optional.empty(), 1, c.format(), c.kind(),
                java.util.Optional.empty(), java.util.Optional.empty(), List.of(), c.place());
        assertSame(ContractFile.read("again.yaml", ContractWriter.write(with)), with);
    }

    @Test
    void anImportedSubjectIsAContractWhoseSchemaFitsTheSubject() {
        Schema schema = new Schema.Parser().parse("""
            {"type":"record","name":"Click","namespace":"com.shop","doc":"One click","fields":[
              {"name":"id","type":{"type":"string","logicalType":"uuid"},"doc":"Unique"},
              {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
              {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["A","B"]}},
              {"name":"n","type":["null","int"],"default":null},
              {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
              {"name":"where","type":["null",{"type":"record","name":"Where","fields":[
                 {"name":"tags","type":{"type":"array","items":"string"}},
                 {"name":"more","type":{"type":"map","values":["null","double"]}}]}],"default":null},
              {"name":"size","type":"int","default":3}]}""");
        Contract draft = SubjectImport.draft("web.clicks-value", schema);
        Contract read = ContractFile.read("web_clicks.odcs.yaml", ContractWriter.write(draft));
        assertSame(read, draft);
        assertThat(read.topic()).isEqualTo("web.clicks");
        assertThat(read.name()).isEqualTo("web_clicks");
        assertThat(read.eventTime().orElseThrow().column()).isEqualTo("at");
        assertThat(read.columns().get(2).expectations()).containsExactly(new Expectation.OneOf(List.of("A", "B")));
        assertThat(AvroTypes.toSchema(read).getFullName()).isEqualTo("com.shop.Click");
        assertThat(AvroTypes.fromSchema(schema)).isEqualTo(read.rowType());
        Schema plain = AvroTypes.toSchema(read);
        // An enum is read as text here, which Avro's own resolution does not do; all else fits.
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(plain, schema).getResult().getIncompatibilities())
                .extracting(i -> i.getLocation())
                .allMatch(l -> l.startsWith("/fields/2/") || l.startsWith("/fields/5/"));
        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(plain, plain).getType())
                .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }
}
