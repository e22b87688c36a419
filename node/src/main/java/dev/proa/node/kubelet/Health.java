package dev.proa.node.kubelet;

/** What probes found out about running containers. Safe for any thread. */
interface Health {
    /** Whether a container's startup probe has succeeded, or it has none. */
    boolean started(String containerId);

    /** Whether a container's readiness probe succeeds, or it has none. */
    boolean ready(String containerId);

    /** Why a container has to be killed, as a message for users; empty when it need not. */
    String failure(String containerId);

    /** Nothing is probed: everything that runs is well. */
    Health GOOD = new Health() {
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
