package millrace.topology.source;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.problem.Problem;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.wire.AvroRowDecoder;
import millrace.schemas.wire.AvroTypes;
import millrace.schemas.wire.ConfluentFrame;
import millrace.schemas.wire.Malformed;
import millrace.topology.quarantine.QuarantineReason;
import millrace.topology.quarantine.Refusal;
import org.apache.avro.Schema;

/** Avro in Confluent's framing: a decoder per schema that writers use. */
final class AvroValues implements ValueReader {
    private final Contract contract;
    private final List<Column> columns;
    private final BitSet needed;
    private final UnaryOperator<Schema> records;
    private final RegistryGate registry;
    private final Map<Integer, AvroRowDecoder> decoders = new HashMap<>();
    /** Schemas none of whose records can be a row of the contract. */
    private final Map<Integer, Refusal> unusable = new HashMap<>();
    private int lastId = -1;
    private AvroRowDecoder last;

    private AvroValues(Contract contract, List<Column> columns, BitSet needed, UnaryOperator<Schema> records,
            RegistryGate registry) {
        this.contract = contract;
        this.columns = columns;
        this.needed = needed;
        this.records = records;
        this.registry = registry;
    }

    /** Values as rows of the contract. */
    static AvroValues of(Contract contract, BitSet needed, RegistryGate registry) {
        return new AvroValues(contract, contract.columns(), needed, UnaryOperator.identity(), registry);
    }

    /** Keys as rows of the contract's key columns; of one column a key may be the bare value. */
    static AvroValues ofKeys(Contract contract, List<Column> columns, RegistryGate registry) {
        BitSet all = new BitSet();
        all.set(0, columns.size());
        return new AvroValues(contract, columns, all, schema -> columns.size() == 1
                ? AvroTypes.inRecord(columns.get(0).name(), schema)
                : schema, registry);
    }

    @Override
    public Object[] read(byte[] value) throws Malformed, RefusedException {
        int id = ConfluentFrame.requireSchemaId(value);
        if (id != lastId || last == null) {
            last = decoder(id);
            lastId = id;
        }
        try {
            return last.decodeFramed(value);
        } catch (RuntimeException e) {
            throw Malformed.bytes("a record of schema " + id, e.toString());
        }
    }

    private AvroRowDecoder decoder(int id) throws RefusedException {
        AvroRowDecoder known = decoders.get(id);
        if (known != null) {
            return known;
        }
        Refusal refusal = unusable.get(id);
        if (refusal != null) {
            throw new RefusedException(refusal);
        }
        var schema = registry.schema(id);
        if (schema.isEmpty()) {
            throw new RefusedException(Refusal.of(QuarantineReason.SCHEMA_ID_UNKNOWN, "",
                    "a schema id the registry knows", Integer.toString(id)));
        }
        try {
            AvroRowDecoder decoder = AvroRowDecoder.of(records.apply(schema.get()), columns, needed);
            decoders.put(id, decoder);
            return decoder;
        } catch (ProblemException e) {
            Problem first = e.problems().get(0);
            refusal = Refusal.of(first.code(), first.subject(), "a schema that fits contract " + contract.name() + " "
                    + contract.version(), "schema " + id + ": " + first.message());
            unusable.put(id, refusal);
            throw new RefusedException(refusal);
        }
    }
}
