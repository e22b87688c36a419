package dev.proa.node.kubelet.probe;

/** The results of probes. Thread-safe. */
public interface ProbeResults {
    /** Whether a container's startup probe has succeeded, or it has none. */
    boolean started(String containerId);

    /** Whether a container's readiness probe succeeds, or it has none. */
    boolean ready(String containerId);

    /** The message about why a container has to be killed; empty when it need not. */
    String failure(String containerId);

    /** Every container is healthy: nothing is probed. */
    ProbeResults GOOD = new ProbeResults() {
        @Override
        public boolean started(String containerId) {
            return true;
        }

        @Override
        public boolean ready(String containerId) {
            return true;
        }

        @Override
        public String failure(String containerId) {
            return "";
        }
    };
}
