package millrace.schemas.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import millrace.schemas.problem.Nearest;
import millrace.schemas.yaml.YamlNode;

/** The standard's list of free keys and values, of which we read a few. */
final class CustomProperties {
    private CustomProperties() {}

    /**
     * The values of the keys that are ours. Others belong to other readers and are left alone, unless they are so near
     * to one of ours that a slip is likely.
     */
    static Map<String, YamlNode> read(YamlNode owner, List<String> ours) {
        Map<String, YamlNode> out = new LinkedHashMap<>();
        Optional<YamlNode> list = owner.get("customProperties");
        for (YamlNode entry : list.map(YamlNode::asList).orElse(List.of())) {
            if (entry.asMap().isEmpty()) {
                continue;
            }
            entry.allow(OdcsKeys.CUSTOM_PROPERTY);
            Optional<YamlNode> key = entry.require("property");
            Optional<YamlNode> value = entry.require("value");
            Optional<String> name = key.flatMap(YamlNode::asText);
            if (name.isEmpty() || value.isEmpty()) {
                continue;
            }
            if (ours.contains(name.get())) {
                if (out.putIfAbsent(name.get(), value.get()) != null) {
                    key.get().problem(ContractProblem.CONTRACT_DUPLICATE,
                            "The property \"" + name.get() + "\" stands twice here.");
                }
            } else {
                Nearest.to(name.get(), ours).ifPresent(n -> key.get().problem(ContractProblem.CONTRACT_PROPERTY,
                        "Unknown property \"" + name.get() + "\". Did you mean \"" + n + "\"?"));
            }
        }
        return out;
    }
}
