package millrace.sinks.iceberg.manifest;

import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.PropertyUtil;

/**
 * When manifests are worth being written anew.
 *
 * @param target bytes of one that is well filled; one of less than half of it is small
 * @param small so many small ones are worth it
 * @param deep so many large ones that all lie across a partition are worth it: whoever looks for its files reads them all
 */
public record ManifestRules(long target, int small, double deep) {
    /** The table property for {@link #small}. */
    public static final String SMALL = "millrace.manifests.small";
    static final int USUAL_SMALL = 20;
    static final double USUAL_DEEP = 4;

    /** The target by the table property {@code commit.manifest.target-size-bytes}, 8 MiB. */
    static ManifestRules of(Table table) {
        return new ManifestRules(PropertyUtil.propertyAsLong(table.properties(),
                TableProperties.MANIFEST_TARGET_SIZE_BYTES, TableProperties.MANIFEST_TARGET_SIZE_BYTES_DEFAULT),
                Math.max(2, PropertyUtil.propertyAsInt(table.properties(), SMALL, USUAL_SMALL)), USUAL_DEEP);
    }
}
