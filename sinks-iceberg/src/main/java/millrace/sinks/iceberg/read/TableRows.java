package millrace.sinks.iceberg.read;

import java.io.IOException;
import java.util.Iterator;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;

/**
 * The live rows of a table, deletes applied, in no order, as Iceberg's own records; those of a file in which something is
 * deleted may have columns of Iceberg's behind the table's. Can be iterated more than once, each
 * time over the snapshot that was current when this was made; closing ends all iterations.
 */
public final class TableRows implements Iterable<Record>, AutoCloseable {
    private final CloseableIterable<Record> rows;

    private TableRows(CloseableIterable<Record> rows) {
        this.rows = rows;
    }

    public static TableRows of(Table table) {
        return of(table, Expressions.alwaysTrue());
    }

    /** The rows that pass a filter; files and row groups that cannot hold one are passed over. */
    public static TableRows of(Table table, Expression filter, String... columns) {
        IcebergGenerics.ScanBuilder scan = IcebergGenerics.read(table).where(filter);
        if (table.currentSnapshot() != null) {
            scan = scan.useSnapshot(table.currentSnapshot().snapshotId());
        }
        return new TableRows((columns.length == 0 ? scan : scan.select(columns)).build());
    }

    /** The rows of one data file in their order, whether it is part of the table or not, without deletes. */
    public static TableRows ofFile(Table table, DataFile file) {
        return new TableRows(Parquet.read(table.io().newInputFile(file.location())).project(table.schema())
                .createReaderFunc(type -> GenericParquetReaders.buildReader(table.schema(), type)).build());
    }

    @Override
    public Iterator<Record> iterator() {
        return rows.iterator();
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
