package millrace.sinks.iceberg.rewrite;

import java.io.IOException;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.SeekableInputStream;

/** An Iceberg input file as Parquet's reader wants it. */
record ParquetSource(InputFile file) implements org.apache.parquet.io.InputFile {
    /** Reads the footer. Without these options Hadoop's configuration files are read each time too. */
    ParquetFileReader open() throws IOException {
        return ParquetFileReader.open(this, ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
    }

    @Override
    public long getLength() {
        return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
        return new Stream(file.newStream());
    }

    private static final class Stream extends DelegatingSeekableInputStream {
        private final org.apache.iceberg.io.SeekableInputStream source;

        Stream(org.apache.iceberg.io.SeekableInputStream source) {
            super(source);
            this.source = source;
        }

        @Override
        public long getPos() throws IOException {
            return source.getPos();
        }

        @Override
        public void seek(long target) throws IOException {
            source.seek(target);
        }
    }
}
