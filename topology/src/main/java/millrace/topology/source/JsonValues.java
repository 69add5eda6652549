package millrace.topology.source;

import java.util.BitSet;
import millrace.schemas.contract.Contract;
import millrace.schemas.wire.JsonRowDecoder;
import millrace.schemas.wire.Malformed;

/** JSON objects, with or without a schema id in front; the contract alone says what they mean. */
final class JsonValues implements ValueReader {
    private final JsonRowDecoder decoder;

    JsonValues(Contract contract, BitSet needed) {
        decoder = JsonRowDecoder.of(contract.columns(), needed);
    }

    @Override
    public Object[] read(byte[] value) throws Malformed {
        try {
            return decoder.decode(value, 0, value.length);
        } catch (RuntimeException e) {
            throw Malformed.bytes("a JSON object of the contract", e.toString());
        }
    }
}
