package millrace.sinks.iceberg.simulation;

/** Runs the simulation alone, for a search over many seeds. */
final class Main {
    private Main() {}

    public static void main(String[] args) {
        long start = System.nanoTime();
        new SinkSimulationTest().everyRowIsCommittedExactlyOnce();
        System.out.println("ok in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }
}
