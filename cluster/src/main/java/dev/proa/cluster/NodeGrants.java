package dev.proa.cluster;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.ResourceClient;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.certificates.ServingApprover;
import dev.proa.control.shared.ControlContext;
import java.util.List;

/**
 * Makes the bindings by which nodes join and renew their certificates, as {@code kubeadm init} does, and the role of the
 * {@link ServingApprover}, which Kubernetes does not have. What is there already stays as it is, so that an administrator may take it away from its subjects.
 */
final class NodeGrants {
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final String NAME = "node-grants";

    /** The group that {@code proa token create} gives to bootstrap tokens, as kubeadm. */
    static final String JOINING = "system:bootstrappers:kubeadm:default-node-token";

    private static final String NODES = "system:nodes";

    private static final Kind<AnyObject> ROLES = Kind.any(GROUP, "v1", "ClusterRole", "clusterroles", false);
    private static final Kind<AnyObject> BINDINGS =
            Kind.any(GROUP, "v1", "ClusterRoleBinding", "clusterrolebindings", false);

    private final ControlContext context;

    NodeGrants(ControlContext context) {
        this.context = context;
        context.<String>controller(NAME, key -> make()).queue().add(NAME);
    }

    private Result make() {
        String approver = "proa:" + ServingApprover.ACCOUNT;
        create(
                ROLES,
                role(
                        approver,
                        rule("certificates.k8s.io", "certificatesigningrequests/approval", "update"),
                        rule("certificates.k8s.io", "signers", "approve")
                                .with("resourceNames", ListValue.of("kubernetes.io/kubelet-serving"))));
        create(
                BINDINGS,
                binding(
                        approver,
                        approver,
                        MapValue.of(
                                "kind",
                                "ServiceAccount",
                                "name",
                                ServingApprover.ACCOUNT,
                                "namespace",
                                "kube-system")));
        create(BINDINGS, binding("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", group(JOINING)));
        String requests = "system:certificates.k8s.io:certificatesigningrequests:";
        create(BINDINGS, binding("kubeadm:node-autoapprove-bootstrap", requests + "nodeclient", group(JOINING)));
        create(
                BINDINGS,
                binding("kubeadm:node-autoapprove-certificate-rotation", requests + "selfnodeclient", group(NODES)));
        return Result.DONE;
    }

    private void create(Kind<AnyObject> kind, MapValue object) {
        ResourceClient<AnyObject> objects = context.client().resource(kind);
        try {
            if (objects.find(object.map("metadata").string("name")) == null) {
                objects.create(kind.of(object));
            }
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
    }

    private static MapValue role(String name, MapValue... rules) {
        return MapValue.of(
                "apiVersion",
                GROUP + "/v1",
                "kind",
                "ClusterRole",
                "metadata",
                MapValue.of("name", name),
                "rules",
                ListValue.copyOf(List.of(rules)));
    }

    private static MapValue rule(String group, String resource, String... verbs) {
        return MapValue.of(
                "apiGroups",
                ListValue.of(group),
                "resources",
                ListValue.of(resource),
                "verbs",
                ListValue.copyOf(List.of(verbs)));
    }

    private static MapValue group(String name) {
        return MapValue.of("apiGroup", GROUP, "kind", "Group", "name", name);
    }

    private static MapValue binding(String name, String role, MapValue subject) {
        return MapValue.of(
                "apiVersion",
                GROUP + "/v1",
                "kind",
                "ClusterRoleBinding",
                "metadata",
                MapValue.of("name", name),
                "roleRef",
                MapValue.of("apiGroup", GROUP, "kind", "ClusterRole", "name", role),
                "subjects",
                ListValue.of(subject));
    }
}
