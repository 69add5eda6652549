import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads a table of rows with Spark: catalog.db, warehouse, namespace.name and the file for the rows as arguments. */
public class SparkReads {
    public static void main(String[] arguments) throws Exception {
        SparkSession spark = SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false")
                .config("spark.sql.session.timeZone", "UTC").config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
                .config("spark.sql.catalog.millrace", "org.apache.iceberg.spark.SparkCatalog")
                .config("spark.sql.catalog.millrace.type", "jdbc")
                .config("spark.sql.catalog.millrace.jdbc.schema-version", "V1")
                .config("spark.sql.catalog.millrace.uri", "jdbc:sqlite:" + arguments[0])
                .config("spark.sql.catalog.millrace.warehouse", "file:" + arguments[1]).getOrCreate();
        List<String> rows = new ArrayList<>();
        for (Row row : spark.sql("SELECT concat_ws('|', id, version, coalesce(name, 'null'),"
                + " coalesce(string(share), 'null'), coalesce(string(amount), 'null')) FROM millrace." + arguments[2])
                .collectAsList()) {
            rows.add(row.getString(0));
        }
        Files.write(Path.of(arguments[3]), rows);
        spark.stop();
    }
}
