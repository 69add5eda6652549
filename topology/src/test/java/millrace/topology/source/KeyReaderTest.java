package millrace.topology.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.schemas.wire.AvroRowEncoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.Malformed;
import millrace.topology.assemble.MemoryRegistry;
import millrace.topology.sql.TestContracts;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Which row a key names, in the forms that producers write keys in. */
class KeyReaderTest {
    private static final FieldType.Struct ID = new FieldType.Struct(
            List.of(Field.required("id", new FieldType.Int64())));

    private final MemoryRegistry registry = new MemoryRegistry();
    private final Contract customers = TestContracts.changelog("customers", List.of("id"),
            "name text, id bigint not null");
    private final Contract lines = TestContracts.changelog("lines", List.of("sku", "order_id"),
            "order_id bigint not null, sku text not null, amount bigint");

    @Test
    void anAvroRecordHasTheColumnsOfTheKey() throws Exception {
        Schema schema = AvroTypes.toSchema("shop.Key", ID);
        byte[] key = AvroRowEncoder.of(schema, ID, registry.add(schema)).encode(new Object[] {7L});
        assertThat(read(customers, key)).containsExactly(null, 7L);
    }

    @Test
    void anAvroValueIsTheOnlyColumn() throws Exception {
        int id = registry.add(Schema.create(Schema.Type.LONG));
        assertThat(read(customers, new byte[] {0, 0, 0, 0, (byte) id, 14})).containsExactly(null, 7L);
    }

    @Test
    void jsonNamesTheColumnsOrIsTheOnlyOne() throws Exception {
        assertThat(read(customers, "{\"id\": 7, \"other\": true}")).containsExactly(null, 7L);
        assertThat(read(customers, "7")).containsExactly(null, 7L);
        assertThat(read(lines, "{\"order_id\": 7, \"sku\": \"a\"}")).containsExactly(7L, "a", null);
    }

    @Test
    void textIsTheOnlyColumn() throws Exception {
        Contract named = TestContracts.changelog("named", List.of("name"), "name text not null, id bigint");
        assertThat(read(named, "a \"b\" c")).containsExactly("a \"b\" c", null);
        assertThat(read(named, "\"quoted\"")).containsExactly("quoted", null);
        assertThat(read(named, "42")).containsExactly("42", null);
    }

    @Test
    void whatIsNoKeyIsSaid() {
        assertThatThrownBy(() -> read(customers, "seven")).isInstanceOf(Malformed.class)
                .hasMessageContaining("a value of id").hasMessageContaining("seven");
        assertThatThrownBy(() -> read(lines, "7")).isInstanceOf(Malformed.class)
                .hasMessageContaining("a JSON object with sku, order_id");
        assertThatThrownBy(() -> read(customers, new byte[] {0, 0, 0, 0, 99, 14}))
                .isInstanceOf(RefusedException.class).hasMessage("SCHEMA_ID_UNKNOWN");
        assertThatThrownBy(() -> read(customers, (byte[]) null)).isInstanceOf(RefusedException.class)
                .hasMessage("VALUE_MISSING");
        int text = registry.add(Schema.create(Schema.Type.STRING));
        assertThatThrownBy(() -> read(customers, new byte[] {0, 0, 0, 0, (byte) text, 0}))
                .isInstanceOf(RefusedException.class).hasMessage("AVRO_TYPE_MISMATCH");
    }

    @Test
    void whatAKeyLeavesOutIsNotAssumed() {
        Contract c = customers;
        Contract tenants = new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(),
                c.description(), c.owner(),
                List.of(new Column(Field.required("tenant", new FieldType.Text()), "", false, List.of(), List.of(),
                        Optional.of("main"), false, Optional.empty(), false, List.of(), c.place()),
                        Column.of(Field.required("id", new FieldType.Int64()))),
                List.of("tenant", "id"), c.eventTime(), 1, c.format(), c.kind(), c.raw(), c.freshness(), c.quality(),
                c.place());
        assertThatThrownBy(() -> read(tenants, "{\"id\": 7}")).isInstanceOf(Malformed.class);
    }

    @Test
    void aNumberInBinaryIsNoFrame() {
        byte[] number = {0, 0, 0, 0, 0, '1', '2', '3'};
        Contract c = customers;
        Contract json = new Contract(c.id(), c.name(), c.version(), c.status(), c.topic(), c.recordName(),
                c.description(), c.owner(), c.columns(), c.key(), c.eventTime(), 1, Contract.WireFormat.JSON, c.kind(),
                c.raw(), c.freshness(), c.quality(), c.place());
        assertThatThrownBy(() -> read(json, number)).isInstanceOf(Malformed.class);
    }

    @Test
    void aColumnOfTheKeyWithoutAValueIsFound() {
        KeyReader reader = reader(lines);
        assertThat(reader.firstMissing(new Object[] {7L, "a", null})).isEqualTo(-1);
        assertThat(reader.firstMissing(new Object[] {null, "a", 1L})).isZero();
        assertThat(reader.firstMissing(new Object[] {7L, null, 1L})).isEqualTo(1);
    }

    private KeyReader reader(Contract contract) {
        return new KeyReader(contract, new RegistryGate(registry, InstantSource.system()));
    }

    private Object[] read(Contract contract, String key) throws Malformed, RefusedException {
        return read(contract, key.getBytes(StandardCharsets.UTF_8));
    }

    private Object[] read(Contract contract, byte[] key) throws Malformed, RefusedException {
        return reader(contract).read(key);
    }
}
