package dev.proa.cluster;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.certificates.ServingApprover;
import dev.proa.control.shared.ControlContext;
import java.util.List;

/**
 * Makes the bindings by which nodes join and renew their certificates, as {@code kubeadm init} does, and the role of the
 * {@link ServingApprover}, which Kubernetes does not have. What is there already stays as it is, so that an administrator may take it away from its subjects.
 */
final class NodeGrants {
    private static final String NAME = "node-grants";

    /** The group that {@code proa token create} gives to bootstrap tokens, as kubeadm. */
    static final String JOINING = "system:bootstrappers:kubeadm:default-node-token";

    private static final String NODES = "system:nodes";

    private final ControlContext context;

    NodeGrants(ControlContext context) {
        this.context = context;
        context.<String>controller(NAME, key -> make()).queue().add(NAME);
    }

    private Result make() {
        ClusterGrants grants = new ClusterGrants(context.client());
        String approver = "proa:" + ServingApprover.ACCOUNT;
        grants.role(
                approver,
                rule("certificates.k8s.io", "certificatesigningrequests/approval", "update"),
                rule("certificates.k8s.io", "signers", "approve")
                        .with("resourceNames", ListValue.of("kubernetes.io/kubelet-serving")));
        grants.binding(approver, approver, ClusterGrants.serviceAccount(ServingApprover.ACCOUNT));
        MapValue joining = ClusterGrants.group(JOINING);
        grants.binding("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", joining);
        String requests = "system:certificates.k8s.io:certificatesigningrequests:";
        grants.binding("kubeadm:node-autoapprove-bootstrap", requests + "nodeclient", joining);
        grants.binding(
                "kubeadm:node-autoapprove-certificate-rotation",
                requests + "selfnodeclient",
                ClusterGrants.group(NODES));
        return Result.DONE;
    }

    private static MapValue rule(String group, String resource, String verb) {
        return ClusterGrants.rule(group, List.of(resource), List.of(verb));
    }
}
