package dev.proa.control.scheduler;

/** {@code spec.nodeName} was set, by whoever. */
final class NodeName implements Plugin.Filter {
    private static final Verdict OTHER = Verdict.unfit("node(s) didn't match the requested node name");

    @Override
    public String name() {
        return "NodeName";
    }

    @Override
    public Verdict filter(PodInfo pod, NodeInfo node) {
        String wanted = pod.pod().spec().nodeName();
        return wanted.isEmpty() || wanted.equals(node.name()) ? Verdict.FITS : OTHER;
    }

    @Override
    public boolean mayHelp(PodInfo pod, ClusterEvent event) {
        return event instanceof ClusterEvent.NodeAdded;
    }
}
