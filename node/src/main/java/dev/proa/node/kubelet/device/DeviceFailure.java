package dev.proa.node.kubelet.device;

/** The devices of a pod cannot be prepared or unprepared. The message is that of Kubernetes' kubelet, for events. */
public final class DeviceFailure extends Exception {
    private static final long serialVersionUID = 1;

    DeviceFailure(String message) {
        super(message);
    }
}
