package millrace.topology.assemble;

/**
 * The names of a topology's nodes. They follow from contracts, models and places in a plan alone, so that a deploy finds
 * the state of the one before, and a replay has the same nodes under another application.
 */
final class NodeNames {
    private NodeNames() {}

    static String topic(String contract) {
        return contract + "/topic";
    }

    static String source(String contract) {
        return contract + "/source";
    }

    static String quarantine(String contract) {
        return contract + "/quarantine";
    }

    static String watermarks(String contractOrModel) {
        return contractOrModel + "/watermarks";
    }

    /** @param path positions of inputs on the way from the root of the plan, such as {@code .0.1} */
    static String node(String model, String kind, String path) {
        return model + "/" + kind + path;
    }

    /** The stores of a place in a plan, and the topic of an exchange there. */
    static String state(String model, String path) {
        return model + ".at" + path;
    }

    static String journal(String contract) {
        return contract + "/journal";
    }

    static String late(String model) {
        return model + "/late";
    }

    static String exchangeOut(String exchange) {
        return exchange + "/exchange-out";
    }

    static String exchangeSink(String exchange) {
        return exchange + "/exchange-sink";
    }

    static String exchangeTopic(String exchange) {
        return exchange + "/exchange-topic";
    }

    static String exchangeIn(String exchange) {
        return exchange + "/exchange-in";
    }

    static String emit(String model) {
        return model + "/emit";
    }

    static String early(String model) {
        return model + "/early";
    }

    static String output(String model) {
        return model + "/output";
    }
}
