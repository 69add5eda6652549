package millrace.sinks.iceberg.commit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import millrace.sinks.iceberg.event.Publication.StagedList;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;

/** The list of a publication's files: there may be more of them than an event can hold. */
public final class PublishedFiles {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PublishedFiles() {}

    /** @param name stands in the name of the list; unique for all time */
    public static StagedList write(Table table, List<DataFile> files, String name) {
        OutputFile list = OutputFileFactory.builderFor(table, 0, 0).operationId(name + "-files")
                .format(FileFormat.METADATA).build().newOutputFile().encryptingOutputFile();
        try (Writer writer = new BufferedWriter(new OutputStreamWriter(list.create(), StandardCharsets.UTF_8))) {
            for (DataFile file : files) {
                writer.write(ContentFileParser.toJson(file, table.specs().get(file.specId())));
                writer.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new StagedList(list.location(), files.size(), files.stream().mapToLong(DataFile::recordCount).sum());
    }

    /** @throws JsonProcessingException if it is not such a list */
    static List<DataFile> read(Table table, StagedList list) throws JsonProcessingException {
        List<DataFile> files = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                table.io().newInputFile(list.location()).newStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                files.add((DataFile) ContentFileParser.fromJson(JSON.readTree(line), table.specs()));
            }
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }
}
