package millrace.topology.source;

import java.util.List;
import millrace.schemas.contract.Column;
import millrace.schemas.contract.Contract;
import millrace.schemas.wire.ConfluentFrame;
import millrace.schemas.wire.JsonKeyDecoder;
import millrace.schemas.wire.Malformed;
import millrace.topology.quarantine.QuarantineReason;
import millrace.topology.quarantine.Refusal;

/**
 * Reads from the key of a changelog's record which row it takes away: Avro in Confluent's framing, JSON, or plain text if
 * the key is one column. An instance serves one task.
 */
final class KeyReader {
    private final int width;
    private final int[] slots;
    private final Contract.WireFormat format;
    private final AvroValues avro;
    private final JsonKeyDecoder json;

    KeyReader(Contract contract, RegistryGate registry) {
        width = contract.columns().size();
        slots = contract.key().stream().mapToInt(contract.rowType()::indexOf).toArray();
        format = contract.format();
        // What a key leaves out is not assumed: it would name another row.
        List<Column> columns = contract.key().stream().map(contract.rowType()::indexOf).map(contract.columns()::get)
                .map(Column::withoutDefault).toList();
        avro = AvroValues.ofKeys(contract, columns, registry);
        json = new JsonKeyDecoder(columns);
    }

    /**
     * A row of the contract with values in the columns of the key alone.
     *
     * @param key may be null
     * @throws Malformed if the bytes are no such key
     * @throws RefusedException if there is none, or no key of its schema can be one
     */
    Object[] read(byte[] key) throws Malformed, RefusedException {
        if (key == null) {
            throw new RefusedException(Refusal.of(QuarantineReason.VALUE_MISSING, "",
                    "a value, or a key that says which row is deleted", "null"));
        }
        boolean isAvro = format == Contract.WireFormat.AVRO && ConfluentFrame.isFramed(key);
        Object[] values = isAvro ? avro.read(key) : ofJson(key);
        Object[] row = new Object[width];
        for (int i = 0; i < slots.length; i++) {
            row[slots[i]] = values[i];
        }
        return row;
    }

    private Object[] ofJson(byte[] key) throws Malformed {
        try {
            return json.decode(key, 0, key.length);
        } catch (RuntimeException e) {
            throw Malformed.bytes("a key of the contract", e.toString());
        }
    }

    /** The slot of the first column of the key in which a row has no value, or -1. */
    int firstMissing(Object[] row) {
        for (int slot : slots) {
            if (row[slot] == null) {
                return slot;
            }
        }
        return -1;
    }
}
