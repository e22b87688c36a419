package dev.proa.node.kubelet.pod;

/** The labels and annotations that the kubelet gives to sandboxes and containers in the runtime, named as in Kubernetes. */
public final class ContainerLabels {
    /** Annotation of a container that holds {@link PodSpecs#hash}. */
    public static final String HASH = "io.kubernetes.container.hash";

    public static final String POD_NAME = "io.kubernetes.pod.name";
    public static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";
    public static final String POD_UID = "io.kubernetes.pod.uid";
    public static final String CONTAINER_NAME = "io.kubernetes.container.name";

    private ContainerLabels() {}
}
