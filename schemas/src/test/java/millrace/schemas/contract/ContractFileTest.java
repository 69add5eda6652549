package millrace.schemas.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.row.FieldType.TimeUnit;
import millrace.schemas.wire.AvroTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractFileTest {
    private static String text(String file) throws IOException {
        try (InputStream in = ContractFileTest.class.getResourceAsStream("/contracts/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Contract read(String file) throws IOException {
        return ContractFile.read("contracts/" + file, text(file));
    }

    private static Column column(Contract c, String name) {
        return c.columns().stream().filter(x -> x.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void theExampleThatUsersSeeIsReadWhole() throws IOException {
        Contract c = read("clicks.odcs.yaml");
        assertThat(List.of(c.id(), c.name(), c.version(), c.status(), c.topic(), c.owner()))
                .containsExactly("clickstream.clicks", "clicks", "1.2.0", "active", "web.clicks.v1", "web-platform");
        assertThat(c.rowType()).isEqualTo(new FieldType.Struct(List.of(
                Field.required("event_id", new FieldType.Uuid()), Field.required("session_id", new FieldType.Text()),
                Field.optional("user_id", new FieldType.Text()), Field.required("event_type", new FieldType.Text()),
                Field.required("client_ts", new FieldType.Timestamp(TimeUnit.MICROS, true)),
                Field.optional("amount", new FieldType.Decimal(12, 2)))));
        assertThat(c.eventTime()).contains(new EventTime("client_ts", Duration.ofSeconds(30), Duration.ofHours(24),
                Duration.ofHours(1), Duration.ofMinutes(15)));
        assertThat(c.key()).containsExactly("session_id");
        assertThat(c.partitions()).isEqualTo(12);
        assertThat(c.freshness()).contains(Duration.ofSeconds(60));
        assertThat(column(c, "user_id").mask()).contains(Column.Mask.HASH);
        assertThat(column(c, "user_id").personal()).isTrue();
        assertThat(column(c, "event_type").expectations()).containsExactly(
                new Expectation.OneOf(List.of("play", "pause", "seek", "click", "impression")));
        assertThat(column(c, "amount").expectations()).containsExactly(
                new Expectation.Range(Optional.of(BigDecimal.ZERO), false, Optional.empty(), false));
        assertThat(c.quality()).containsExactly(
                Map.of("metric", "rowCount", "mustBeGreaterThan", 0L, "schedule", "*/5 * * * *"));
    }

    @Test
    void everyPartOfTheStandardIsKnownAndOursAreRead() throws IOException {
        Contract c = read("everything.odcs.yaml");
        assertThat(c.owner()).isEqualTo("bea");
        assertThat(c.description()).isEqualTo("One row per order");
        assertThat(c.format()).isEqualTo(Contract.WireFormat.JSON);
        assertThat(c.kind()).isEqualTo(Contract.Kind.CHANGELOG);
        assertThat(c.key()).containsExactly("shop", "id");
        assertThat(c.raw()).contains(new Contract.Raw(Duration.ofDays(30), Contract.RawForm.VARIANT));
        assertThat(c.freshness()).contains(Duration.ofMinutes(5));
        assertThat(c.recordName()).isEqualTo("com.shop.Order");
        assertThat(c.eventTime().orElseThrow().idleTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(column(c, "id").field()).isEqualTo(Field.required("id", new FieldType.Int64()));
        assertThat(column(c, "id").expectations()).containsExactly(
                new Expectation.Range(Optional.of(BigDecimal.ONE), false, Optional.empty(), false),
                new Expectation.MultipleOf(new BigDecimal(5)));
        Column customer = column(c, "customer");
        assertThat(customer.nested()).extracting(Column::name).containsExactly("email", "born");
        assertThat(customer.nested().get(0).field().nullable()).isFalse();
        assertThat(customer.nested().get(0).mask()).contains(Column.Mask.PARTIAL);
        assertThat(customer.nested().get(1).expectations()).containsExactly(new Expectation.Range(
                Optional.of(new BigDecimal(-25567)), false, Optional.of(new BigDecimal(18262)), true));
        Column lines = column(c, "lines");
        assertThat(lines.field().type()).isEqualTo(new FieldType.Array(new FieldType.Struct(List.of(
                Field.required("sku", new FieldType.Text()), Field.required("price", new FieldType.Decimal(10, 2)))),
                false));
        assertThat(lines.expectations()).containsExactly(new Expectation.Length(1, 100),
                new Expectation.DistinctItems());
        assertThat(lines.nested().get(0).nested().get(0).expectations())
                .containsExactly(new Expectation.Length(0, 12));
        assertThat(column(c, "attributes").field().type())
                .isEqualTo(new FieldType.Mapping(new FieldType.Text(), false));
        assertThat(column(c, "shop_time").field().type()).isEqualTo(new FieldType.Timestamp(TimeUnit.MICROS, false));
        assertThat(column(c, "pickup").field().type()).isEqualTo(new FieldType.Time(TimeUnit.MILLIS));
        assertThat(column(c, "trace").field().type()).isEqualTo(new FieldType.Uuid());
        assertThat(column(c, "trace").unique()).isTrue();
        assertThat(column(c, "flags").defaultValue()).contains(0);
        assertThat(column(c, "flags").aliases()).containsExactly("flag_bits");
        assertThat(column(c, "paid").deprecated()).isTrue();
        assertThat(column(c, "weight").field().type()).isEqualTo(new FieldType.Float32());
        assertThat(column(c, "weight").expectations()).containsExactly(
                new Expectation.Range(Optional.of(BigDecimal.ZERO), true, Optional.empty(), false));
        assertThat(column(c, "note").expectations()).containsExactly(new Expectation.Length(1, 80),
                new Expectation.Present(), new Expectation.Matches(Pattern.compile("[a-z ]*")));
        assertThat(column(c, "big").field().type()).isEqualTo(new FieldType.Decimal(20, 0));
        assertThat(c.quality()).hasSize(4).extracting(q -> q.get("column")).containsExactly(null, "note", "note",
                "note");
    }

    @Test
    void everyMistakeIsToldInOneRunWithItsPlace() throws IOException {
        String text = text("mistakes.odcs.yaml");
        ProblemException e = catchThrowableOfType(ProblemException.class, () -> ContractFile.read("m.yaml", text));
        assertThat(e.problems()).extracting(p -> p.place().orElseThrow().line() + " " + p.code().name() + " "
                + p.message()).containsExactly(
                        "1 CONTRACT_VERSION Found apiVersion \"v2.2.0\", expected v3.0, v3.1 or v3.2 of the standard.",
                        "5 YAML_UNKNOWN_KEY Unknown key \"staus\". Did you mean \"status\"?",
                        "8 CONTRACT_OPTION \"my topic\" cannot be the name of a Kafka topic: expected up to 249 letters,"
                                + " digits, dots, dashes and underscores.",
                        "10 YAML_BAD_VALUE Found \"strng\", expected one of string, date, timestamp, time, number,"
                                + " integer, boolean, object, array, map. Did you mean \"string\"?",
                        "11 CONTRACT_TYPE The physicalType \"uuid\" is no integer. Expected long, int or decimal(p,0).",
                        "12 CONTRACT_TYPE Found \"decimal(40,2)\", expected decimal(p,s) with a precision p of 1 to 38 and"
                                + " a scale s of 0 to p.",
                        "13 YAML_UNKNOWN_KEY Unknown key \"minimum\". Expected one of minLength, maxLength, pattern,"
                                + " format.",
                        "14 CONTRACT_DUPLICATE The column \"A\" stands already in line 10; upper and lower case count"
                                + " as the same.",
                        "15 CONTRACT_OPTION No value lies within these bounds.",
                        "16 CONTRACT_OPTION Expected a regular expression, but at character 4: Illegal character range.",
                        "17 CONTRACT_OPTION Expected a value of type long, found \"one\".",
                        "17 CONTRACT_OPTION \"g-h\" cannot be the name of an Avro field: expected letters, digits and"
                                + " underscores.",
                        "18 CONTRACT_TYPE The column \"i\" has no type. Expected logicalType: one of string, date,"
                                + " timestamp, time, number, integer, boolean, object, array, map.",
                        "19 YAML_MISSING_KEY Expected the key \"items\" here.",
                        "20 YAML_UNKNOWN_KEY Unknown key \"requird\". Did you mean \"required\"?",
                        "21 CONTRACT_UNKNOWN_COLUMN There is no property \"m\" here. Did you mean \"l\"?",
                        "22 CONTRACT_PROPERTY Unknown property \"masc\". Did you mean \"mask\"?",
                        "22 CONTRACT_OPTION Expected a value of type long as default.",
                        "24 CONTRACT_PROPERTY Unknown property \"eventtime\". Did you mean \"eventTime\"?",
                        "25 CONTRACT_EVENT_TIME The column \"b\" is of type uuid, expected a timestamp.",
                        "26 CONTRACT_UNKNOWN_COLUMN There is no column \"jj\". Did you mean \"j\"?",
                        "28 CONTRACT_LATENESS allowedLateness 10s is less than disorder 30s.",
                        "29 CONTRACT_OPTION Expected 1 to 100000 partitions, found 0.");
        assertThat(e.problems()).allSatisfy(p -> assertThat(p.place().orElseThrow().column()).isPositive());
    }

    @Test
    void originalsAreKeptInAFormThatTheTopicHas() throws IOException {
        String avro = text("clicks.odcs.yaml");
        assertThat(ContractFile.read("c.yaml", avro).raw()).isEmpty();
        assertThat(ContractFile.read("c.yaml", avro + "  - {property: rawRetention, value: 7d}\n").raw())
                .contains(new Contract.Raw(Duration.ofDays(7), Contract.RawForm.BYTES));
        assertRefused(avro + "  - {property: rawRetention, value: 7d}\n  - {property: rawForm, value: variant}\n",
                "CONTRACT_RAW rawForm variant is for a topic of format json, and this one is avro.");
        assertRefused(avro + "  - {property: rawForm, value: bytes}\n",
                "CONTRACT_RAW rawForm says how originals are kept, but without rawRetention none are.");
    }

    @Test
    void aChangelogSaysByWhichKeyItsRecordsChangeRows() throws IOException {
        String contract = """
            apiVersion: v3.1.0
            kind: DataContract
            id: t
            version: "1"
            schema: [{name: t, properties: [{name: id, logicalType: integer, %s}]}]
            customProperties: [{property: kind, value: changelog}]
            """;
        Contract c = ContractFile.read("c.yaml", contract.formatted("primaryKey: true"));
        assertThat(c.kind()).isEqualTo(Contract.Kind.CHANGELOG);
        assertThat(c.keyType().fields()).extracting(Field::name).containsExactly("id");
        assertRefused(contract.formatted("required: true"), "CONTRACT_OPTION Records of kind changelog replace and "
                + "delete rows by their key, but the contract names none. Name its columns in key, or mark them with "
                + "primaryKey.");
    }

    private static void assertRefused(String contract, String problem) {
        ProblemException e = catchThrowableOfType(ProblemException.class, () -> ContractFile.read("c.yaml", contract));
        assertThat(e.problems()).extracting(p -> p.code().name() + " " + p.message()).containsExactly(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v3.0.0", "v3.0.2", "v3.1.0", "v3.2.0", "v3.2"})
    void theVersionsOfTheStandardAreRead(String version) throws IOException {
        assertThat(ContractFile.read("c.yaml", text("clicks.odcs.yaml").replace("v3.2.0", version)).name())
                .isEqualTo("clicks");
    }

    @Test
    void aMinimalContractHasSaneDefaults() {
        Contract c = ContractFile.read("c.yaml", """
            apiVersion: v3.1.0
            kind: DataContract
            id: t
            version: "1"
            schema: [{name: t, properties: [{name: at, logicalType: timestamp}]}]
            customProperties: [{property: eventTime, value: at}]
            """);
        assertThat(c.topic()).isEqualTo("t");
        assertThat(c.recordName()).isEqualTo("t.t");
        assertThat(c.status()).isEqualTo("active");
        assertThat(c.format()).isEqualTo(Contract.WireFormat.AVRO);
        assertThat(c.kind()).isEqualTo(Contract.Kind.EVENT);
        assertThat(c.eventTime()).contains(new EventTime("at", Duration.ofSeconds(10), Duration.ofSeconds(10),
                Duration.ofHours(1), Duration.ofMinutes(15)));
        assertThat(c.key()).isEmpty();
    }

    @Test
    void theAvroSchemaCarriesNamesAndDescriptions() throws IOException {
        assertThat(AvroTypes.toSchema(read("clicks.odcs.yaml")).toString()).startsWith(
                "{\"type\":\"record\",\"name\":\"clicks\",\"namespace\":\"web.clicks.v1\",\"fields\":["
                        + "{\"name\":\"event_id\",\"type\":{\"type\":\"string\",\"logicalType\":\"uuid\"},"
                        + "\"doc\":\"Unique per event; retries repeat it\"}");
        assertThat(AvroTypes.toSchema(read("everything.odcs.yaml")).getField("flags").toString()).contains("flags");
        assertThat(AvroTypes.toSchema(read("everything.odcs.yaml")).toString()).contains(
                "{\"name\":\"flags\",\"type\":[\"int\",\"null\"],\"default\":0,\"aliases\":[\"flag_bits\"]}",
                "\"name\":\"Order\",\"namespace\":\"com.shop\",\"doc\":\"One row per order\"");
    }

    @Test
    void aFolderIsReadWholeAndNamesAreUniqueInIt(@TempDir Path dir) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("contracts/web"));
        Files.writeString(folder.resolve("clicks.odcs.yaml"), text("clicks.odcs.yaml"));
        Files.writeString(folder.resolve("readme.yaml"), "no: contract");
        assertThat(ContractFolder.read(dir.resolve("contracts"))).extracting(Contract::place)
                .extracting(p -> p.file()).containsExactly("contracts/web/clicks.odcs.yaml");
        Files.writeString(dir.resolve("contracts/again.odcs.yaml"),
                text("clicks.odcs.yaml").replace("web.clicks.v1", "web.other"));
        Files.writeString(dir.resolve("contracts/bad.odcs.yaml"), "kind: DataContract\n");
        assertThatThrownBy(() -> ContractFolder.read(dir.resolve("contracts"))).isInstanceOfSatisfying(
                ProblemException.class, e -> assertThat(e.problems()).extracting(p -> p.place().orElseThrow().file()
                        + " " + p.message()).containsExactly(
                                "contracts/bad.odcs.yaml Expected the key \"apiVersion\" here.",
                                "contracts/bad.odcs.yaml Expected the key \"id\" here.",
                                "contracts/bad.odcs.yaml Expected the key \"version\" here.",
                                "contracts/bad.odcs.yaml Expected the key \"schema\" here.",
                                "contracts/web/clicks.odcs.yaml The name \"clicks\" belongs already to"
                                        + " contracts/again.odcs.yaml."));
        assertThat(ContractFolder.read(dir.resolve("none"))).isEmpty();
    }
}
