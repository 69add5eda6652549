package millrace.ops.deploy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

import millrace.schemas.contract.Contract;
import millrace.schemas.contract.ContractWriter;
import millrace.topology.model.Model;

/**
 * Digests of what people have written, by contract: of the contract itself and of every model that is computed from it.
 * Two runs with one digest compute the same from the same records. What a model says only of its table, and its
 * descriptions, are left out. Functions from jars are not in it.
 */
public final class Revisions {
    private static final int BYTES = 16;

    private Revisions() {}

    /** By the contract's name. */
    public static Map<String, String> of(Deployment deployment) {
        Map<String, String> revisions = new TreeMap<>();
        for (Contract contract : deployment.pipeline().contracts()) {
            StringBuilder text = new StringBuilder(ContractWriter.write(contract));
            deployment.models().stream()
                    .filter(m -> deployment.contractsOf(m.qualifiedName()).contains(contract.name()))
                    .sorted(Comparator.comparing(Model::qualifiedName)).forEach(m -> text.append(text(m)));
            revisions.put(contract.name(), digest(text.toString()));
        }
        return revisions;
    }

    /** Of all of it, as replays carry it. */
    public static String together(Deployment deployment) {
        return String.join(",", of(deployment).values());
    }

    private static String text(Model model) {
        StringBuilder text = new StringBuilder("\n-- ").append(model.qualifiedName()).append('\n')
                .append(model.sql().replace("\r\n", "\n").strip()).append('\n');
        Model.Config config = model.config();
        text.append(config.uniqueKey()).append(config.materialized()).append(config.merge()).append(config.retention())
                .append(config.salt());
        model.columns().forEach(c -> text.append(c.name()).append(c.dataType()).append(c.dataTests()));
        return text.toString();
    }

    static String digest(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
