package millrace.topology.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import millrace.schemas.row.Field;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.CalciteConnectionProperty;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.SchemaPlus;
import org.apache.calcite.schema.impl.AbstractSchema;

/** The tables that the SQL of a model may name. */
final class SqlCatalog {
    private final CalciteSchema root = CalciteSchema.createRootSchema(false, false);
    private final Map<String, SchemaPlus> layers = new HashMap<>();
    private final Map<String, SqlTable> tables = new LinkedHashMap<>();

    void add(Optional<String> layer, String name, SqlTable table) {
        SchemaPlus schema = layer
                .map(l -> layers.computeIfAbsent(l.toLowerCase(Locale.ROOT),
                        x -> root.plus().add(l, new AbstractSchema())))
                .orElse(root.plus());
        schema.add(name, table);
        tables.put(layer.map(l -> l + ".").orElse("") + name, table);
    }

    /** Every name that FROM may hold. */
    List<String> names() {
        return new ArrayList<>(tables.keySet());
    }

    /** The columns of a table by the name that FROM holds, in any case. */
    Optional<List<String>> columns(String name) {
        return tables.entrySet().stream().filter(e -> e.getKey().equalsIgnoreCase(name)).findFirst()
                .map(e -> e.getValue().rowType().fields().stream().map(Field::name).toList());
    }

    CalciteCatalogReader reader(RelDataTypeFactory types) {
        Properties properties = new Properties();
        properties.setProperty(CalciteConnectionProperty.CASE_SENSITIVE.camelName(), "false");
        return new CalciteCatalogReader(root, List.of(), types, new CalciteConnectionConfigImpl(properties));
    }
}
