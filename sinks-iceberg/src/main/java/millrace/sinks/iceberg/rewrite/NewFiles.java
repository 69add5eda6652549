package millrace.sinks.iceberg.rewrite;

import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;

/** Where a rewrite's data files go. */
record NewFiles(OutputFileFactory files) {
    /** @param name stands in the names; unique for all time */
    static NewFiles of(Table table, String name) {
        return new NewFiles(OutputFileFactory.builderFor(table, 0, 0).operationId(name).format(FileFormat.PARQUET)
                .build());
    }

    OutputFile next(PartitionSpec spec, StructLike partition) {
        return (spec.isPartitioned() ? files.newOutputFile(spec, partition) : files.newOutputFile())
                .encryptingOutputFile();
    }
}
