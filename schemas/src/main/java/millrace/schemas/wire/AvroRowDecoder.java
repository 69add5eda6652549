package millrace.schemas.wire;

import java.util.BitSet;
import java.util.List;
import millrace.schemas.contract.Column;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.FieldType;
import org.apache.avro.Schema;

/**
 * Reads Avro binary of one writer's schema into rows. Fields that no needed column wants are passed over without being
 * decoded; that a required column has a value is checked for all of them.
 */
public final class AvroRowDecoder implements RowDecoder {
    private final ValueReader.Row row;
    private final AvroCursor cursor = new AvroCursor();

    private AvroRowDecoder(ValueReader.Row row) {
        this.row = row;
    }

    /**
     * A decoder for a row type whose every column is needed.
     *
     * @throws ProblemException as {@link #of(Schema, List, BitSet)}
     */
    public static AvroRowDecoder of(Schema writer, FieldType.Struct target) {
        BitSet all = new BitSet();
        all.set(0, target.fields().size());
        return of(writer, target, all);
    }

    /** The same for some of the columns; see {@link #of(Schema, List, BitSet)}. */
    public static AvroRowDecoder of(Schema writer, FieldType.Struct target, BitSet needed) {
        return resolve(writer, Target.of(target), needed);
    }

    /**
     * A decoder for the columns of a contract, with their aliases and defaults.
     *
     * @param needed slots to decode; the other slots of each row stay null
     * @throws ProblemException if no record of this schema can be a row: {@link WireProblem#AVRO_TYPE_MISMATCH},
     *         {@link WireProblem#AVRO_MISSING_FIELD}, {@link WireProblem#AVRO_UNSUPPORTED_TYPE}
     */
    public static AvroRowDecoder of(Schema writer, List<Column> target, BitSet needed) {
        return resolve(writer, Target.of(target), needed);
    }

    private static AvroRowDecoder resolve(Schema writer, List<Target> target, BitSet needed) {
        AvroTypes.requireRecord(writer);
        AvroResolution resolution = new AvroResolution(writer.getFullName());
        ValueReader.Row row = resolution.row(writer, target, needed, "");
        if (!resolution.problems().isEmpty()) {
            throw new ProblemException(resolution.problems());
        }
        return new AvroRowDecoder(row);
    }

    @Override
    public Object[] decode(byte[] bytes, int offset, int length) throws Malformed {
        cursor.start(bytes, offset, length);
        Object[] values = row.read(cursor);
        cursor.requireEnd();
        return values;
    }

    /** The same for a value in Confluent's framing, whose id the caller has looked at already. */
    public Object[] decodeFramed(byte[] value) throws Malformed {
        return decode(value, ConfluentFrame.HEADER, value.length - ConfluentFrame.HEADER);
    }
}
