package millrace.sinks.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import millrace.schemas.contract.Column;
import millrace.schemas.problem.ProblemException;
import millrace.schemas.row.Field;
import millrace.schemas.row.FieldType;
import millrace.sinks.iceberg.table.TableSpec.Layout;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.Test;

class TableSchemasTest {
    private static final FieldType INT = new FieldType.Int32();
    private static final FieldType LONG = new FieldType.Int64();
    private static final FieldType TEXT = new FieldType.Text();
    private static final FieldType.Struct NOW = row(Field.required("id", LONG), Field.optional("city", TEXT),
            Field.required("price", new FieldType.Decimal(10, 2)), Field.required("count", INT),
            Field.required("address", row(Field.required("street", TEXT), Field.required("number", INT))),
            Field.required("lines",
                    new FieldType.Array(row(Field.required("sku", TEXT), Field.required("n", INT)), false)),
            Field.required("tags", new FieldType.Mapping(new FieldType.Float32(), false)));

    @Test
    void theSameAndNarrowerColumnsFitAsTheyAre() {
        assertThat(fit(Layout.BRONZE, NOW)).isEqualTo(new TableEvolution.Same());
        assertThat(fit(Layout.BRONZE, with(NOW, Field.required("id", INT)))).isEqualTo(new TableEvolution.Same());
        assertThat(fit(Layout.BRONZE, with(NOW, Field.required("price", new FieldType.Decimal(8, 2)))))
                .isEqualTo(new TableEvolution.Same());
        assertThat(fit(Layout.BRONZE, row(Field.required("id", LONG)))).as("bronze columns are optional")
                .isEqualTo(new TableEvolution.Same());
    }

    @Test
    void newWiderAndLooserColumnsEvolveTheTableToWhereTheyFit() {
        FieldType.Struct next = row(Field.optional("id", LONG), Field.optional("city", TEXT),
                Field.required("price", new FieldType.Decimal(12, 2)), Field.required("count", LONG),
                Field.required("address", row(Field.required("number", INT), Field.optional("zip", TEXT))),
                Field.required("lines",
                        new FieldType.Array(row(Field.required("sku", TEXT), Field.required("n", LONG),
                                Field.required("gift", new FieldType.Bool())), true)),
                Field.required("tags", new FieldType.Mapping(new FieldType.Float64(), true)),
                Field.required("extra", new FieldType.Mapping(row(Field.required("x", INT)), false)));
        TableEvolution decision = fit(Layout.ENGINE, next);
        assertThat(decision).isInstanceOfSatisfying(TableEvolution.Evolve.class,
                evolve -> assertThat(evolve.changes()).extracting(Object::toString).containsExactlyInAnyOrder(
                        "Relax[column=id]", "Widen[column=price, from=decimal(10, 2), to=decimal(12, 2)]",
                        "Widen[column=count, from=int, to=long]", "Relax[column=address.street]",
                        "Add[parent=address, field=Field[name=zip, type=Text[], nullable=true], old=Optional.empty]",
                        "Relax[column=lines.element]", "Widen[column=lines.element.n, from=int, to=long]",
                        "Add[parent=lines.element, field=Field[name=gift, type=Bool[], nullable=false], old=Optional.empty]",
                        "Relax[column=tags.value]", "Widen[column=tags.value, from=float, to=double]",
                        "Add[parent=, field=Field[name=extra, type=Mapping[value=Struct[fields=[Field[name=x, "
                                + "type=Int32[], nullable=false]]], valueNullable=false], nullable=false], old=Optional.empty]"));

        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        Table table = new IcebergTables(catalog).loadOrCreate(spec(Layout.ENGINE));
        UpdateSchema update = table.updateSchema();
        TableSchemas.apply((TableEvolution.Evolve) decision, update);
        update.commit();
        table.refresh();
        assertThat(TableSchemas.fit(spec(Layout.ENGINE), table.schema(), next)).isEqualTo(new TableEvolution.Same());
        assertThat(TableSchemas.fit(spec(Layout.ENGINE), table.schema(), NOW)).as("old rows still fit")
                .isEqualTo(new TableEvolution.Same());
    }

    @Test
    void aColumnWithAFormerNameKeepsItsId() {
        TableSpec renamed = spec(Layout.BRONZE).formerly(new FormerNames(Map.of("city", "town", "address", "place",
                "place.street", "road", "lines.element.sku", "article", "count", "town")));
        FieldType.Struct next = row(Field.required("id", LONG), Field.optional("town", TEXT),
                Field.required("price", new FieldType.Decimal(10, 2)),
                Field.required("place", row(Field.required("road", TEXT), Field.required("number", LONG))),
                Field.required("lines",
                        new FieldType.Array(row(Field.required("article", TEXT), Field.required("n", INT)), false)));
        FieldType.Struct older = renamed.formerNames().present(NOW);
        assertThat(older.fields()).extracting(Field::name).as("the first of two that became one keeps the name")
                .containsExactly("id", "town", "price", "count", "place", "lines", "tags");

        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        Table table = new IcebergTables(catalog).loadOrCreate(spec(Layout.BRONZE));
        int city = table.schema().findField("city").fieldId();
        int street = table.schema().findField("address.street").fieldId();
        TableEvolution decision = TableSchemas.fit(renamed, table.schema(), next);
        assertThat(decision).isInstanceOfSatisfying(TableEvolution.Evolve.class,
                evolve -> assertThat(evolve.changes()).extracting(Object::toString).containsExactlyInAnyOrder(
                        "Rename[column=city, to=town]", "Rename[column=address, to=place]",
                        "Rename[column=address.street, to=road]", "Widen[column=address.number, from=int, to=long]",
                        "Rename[column=lines.element.sku, to=article]"));
        assertThat(TableSchemas.fit(renamed, table.schema(), older)).as("old rows bring the new names too")
                .isInstanceOf(TableEvolution.Evolve.class);
        UpdateSchema update = table.updateSchema();
        TableSchemas.apply((TableEvolution.Evolve) decision, update);
        update.commit();
        table.refresh();
        assertThat(table.schema().findField("town").fieldId()).isEqualTo(city);
        assertThat(table.schema().findField("place.road").fieldId()).isEqualTo(street);
        assertThat(TableSchemas.fit(renamed, table.schema(), next)).isEqualTo(new TableEvolution.Same());
        assertThat(TableSchemas.fit(renamed, table.schema(), older)).isEqualTo(new TableEvolution.Same());
        assertThat(TableSchemas.fit(spec(Layout.BRONZE), table.schema(), NOW)).as("without the former names")
                .isInstanceOf(TableEvolution.Evolve.class);
    }

    @Test
    void aFormerNameThatIsAnotherColumnsNowIsThatColumns() {
        Column a = Column.of(Field.optional("a", TEXT));
        assertThat(FormerNames.of(List.of(a, renamed("b", "a"))).now()).isEmpty();
        assertThat(FormerNames.of(List.of(renamed("b", "a"), renamed("c", "b", "z"))).now())
                .isEqualTo(Map.of("a", "b", "z", "c"));
    }

    private static Column renamed(String name, String... before) {
        Column c = Column.of(Field.optional(name, TEXT));
        return new Column(c.field(), "", false, List.of(), List.of(before), Optional.empty(), false, Optional.empty(),
                false, List.of(), c.place());
    }

    @Test
    void aWriterThatHasBothNamesKeepsBoth() {
        TableSpec renamed = spec(Layout.BRONZE).formerly(new FormerNames(Map.of("city", "town")));
        FieldType.Struct both = row(Field.optional("city", TEXT), Field.optional("town", TEXT));
        assertThat(renamed.formerNames().present(both)).isEqualTo(both);
        assertThat(TableSchemas.fit(renamed, ContractToIceberg.schema(spec(Layout.BRONZE)), both))
                .isInstanceOfSatisfying(TableEvolution.Evolve.class, evolve -> assertThat(evolve.changes())
                        .singleElement().isInstanceOf(TableEvolution.Change.Add.class));
    }

    @Test
    void whatNeitherSideHoldsIsAProblemPerColumn() {
        FieldType.Struct next = with(with(with(NOW, Field.required("id", TEXT)),
                Field.required("price", new FieldType.Decimal(10, 4))), Field.required("address", TEXT));
        assertThat(fit(Layout.BRONZE, next)).isInstanceOfSatisfying(TableEvolution.Incompatible.class,
                bad -> assertThat(bad.problems()).extracting(p -> p.message()).containsExactly(
                        "Column \"id\" of the table is long, but topic orders now brings string, and neither holds all "
                                + "values of the other.",
                        "Column \"price\" of the table is decimal(10, 2), but topic orders now brings decimal(10, 4), "
                                + "and neither holds all values of the other.",
                        "Column \"address\" of the table is a struct, but topic orders now brings string, and neither "
                                + "holds all values of the other."));
    }

    @Test
    void aColumnNamedAsAnOriginColumnIsRefusedInBronzeOnly() {
        FieldType.Struct next = row(Field.required("_offset", LONG));
        assertThat(fit(Layout.BRONZE, next)).isInstanceOfSatisfying(TableEvolution.Incompatible.class,
                bad -> assertThat(bad.problems()).singleElement()
                        .satisfies(p -> assertThat(p.code()).isEqualTo(SinkProblem.COLUMN_RESERVED)));
        assertThat(fit(Layout.ENGINE, next)).isInstanceOf(TableEvolution.Evolve.class);
    }

    @Test
    void aChangelogKeepsItsKeyWhateverElseEvolves() {
        TableSpec spec = spec(Layout.ENGINE).ofChanges(List.of("id"));
        org.apache.iceberg.Schema table = ContractToIceberg.schema(spec);
        assertThat(table.identifierFieldNames()).containsExactly("id");
        assertThat(TableSchemas.fit(spec, table, NOW)).isEqualTo(new TableEvolution.Same());
        assertThat(TableSchemas.fit(spec, table, with(NOW, Field.optional("id", LONG))))
                .as("a row type may let a column of the key be null; no key is").isEqualTo(new TableEvolution.Same());
        assertThat(TableSchemas.fit(spec, table, row(Field.required("id", LONG), Field.optional("more", TEXT))))
                .isInstanceOfSatisfying(TableEvolution.Evolve.class, evolve -> assertThat(evolve.changes())
                        .singleElement().isInstanceOf(TableEvolution.Change.Add.class));
        assertThat(TableSchemas.fit(spec, table, row(Field.optional("city", TEXT)))).isInstanceOfSatisfying(
                TableEvolution.Incompatible.class, bad -> assertThat(bad.problems()).singleElement()
                        .satisfies(p -> assertThat(p.message()).contains("no column \"id\", which is part of")));
        assertThat(TableSchemas.fit(spec, table, with(NOW, Field.required("id", TEXT))))
                .isInstanceOf(TableEvolution.Incompatible.class);
        assertThat(TableSchemas.reserved(spec, row(Field.required("_change", TEXT), Field.required("_key", TEXT))))
                .as("names of other layouts are free").singleElement()
                .satisfies(p -> assertThat(p.code()).isEqualTo(SinkProblem.COLUMN_RESERVED));
    }

    @Test
    void aTableIsNotCreatedWithAColumnOfTheLayoutsName() {
        InMemoryCatalog catalog = new InMemoryCatalog();
        catalog.initialize("memory", Map.of("warehouse", "/" + UUID.randomUUID()));
        TableSpec spec = new TableSpec("db", "orders", "orders",
                row(Field.required("id", LONG), Field.required("_offset", LONG)), Layout.ENGINE, Optional.empty(),
                List.of(), List.of(), Duration.ofSeconds(10), 1 << 20, Map.of()).ofChanges(List.of("id"));
        assertThatThrownBy(() -> new IcebergTables(catalog).loadOrCreate(spec)).isInstanceOf(ProblemException.class)
                .hasMessageContaining("COLUMN_RESERVED");
    }

    private static TableEvolution fit(Layout layout, FieldType.Struct incoming) {
        TableSpec spec = spec(layout);
        return TableSchemas.fit(spec, ContractToIceberg.schema(spec), incoming);
    }

    private static TableSpec spec(Layout layout) {
        return new TableSpec("db", "orders", "orders", NOW, layout, Optional.empty(), List.of(), List.of(),
                Duration.ofSeconds(10), 1 << 20, Map.of());
    }

    private static FieldType.Struct row(Field... fields) {
        return new FieldType.Struct(List.of(fields));
    }

    private static FieldType.Struct with(FieldType.Struct row, Field changed) {
        return new FieldType.Struct(
                row.fields().stream().map(f -> f.name().equals(changed.name()) ? changed : f).toList());
    }
}
