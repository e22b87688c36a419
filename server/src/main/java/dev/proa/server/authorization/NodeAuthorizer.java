package dev.proa.server.authorization;

import dev.proa.api.codec.GoText;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.NodeIdentity;
import dev.proa.server.authorization.rbac.PolicyRule;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import java.util.List;
import java.util.Set;

/**
 * Lets nodes do what their work needs, and no more: read their own objects, the pods bound to them and what those refer to, and write
 * what {@link dev.proa.server.admission.NodeRestriction} lets pass. Kubernetes' authorization mode {@code Node} with
 * {@code AuthorizeNodeWithSelectors}; the texts are its own. Beyond that, a node may follow the volumes that were provisioned on it.
 */
public final class NodeAuthorizer implements Authorizer {
    private static final List<String> CREATE = List.of("create");
    private static final List<String> READ = List.of("get", "list", "watch");
    private static final Set<String> OWN_OBJECT_VERBS = Set.of("get", "create", "update", "patch", "delete");
    private static final String LEASES = "kube-node-lease";
    /** Its ConfigMaps tell of the cluster; kubeadm lets nodes read them by roles. */
    private static final String PUBLIC = "kube-public";
    /** Where nodes find the cluster's registry. */
    private static final String REGISTRY = "cluster-registry";

    /** The label of volumes that were provisioned on a node. */
    private static final String VOLUME_NODE = "node.proa.dev/name";

    private static final Decision ALLOWED = Decision.allow("");

    /**
     * The role {@code system:node}, as far as its resources are not divided further. A node proxies services and serves DNS itself, so
     * it also has what role {@code system:node-proxier} lets read.
     */
    private static final List<PolicyRule> RULES = List.of(
            rule(CREATE, "authentication.k8s.io", "tokenreviews"),
            rule(CREATE, "authorization.k8s.io", "subjectaccessreviews", "localsubjectaccessreviews"),
            rule(READ, "", "services"),
            PolicyRule.of(List.of("create", "update", "patch"), List.of("", "events.k8s.io"), List.of("events")),
            rule(List.of("get"), "", "endpoints"),
            rule(List.of("list", "watch"), "discovery.k8s.io", "endpointslices"),
            rule(List.of("create", "get", "list", "watch"), "certificates.k8s.io", "certificatesigningrequests"),
            rule(READ, "certificates.k8s.io", "clustertrustbundles"),
            rule(READ, "storage.k8s.io", "csidrivers"),
            rule(READ, "node.k8s.io", "runtimeclasses"));

    private final NodeRelations relations;

    public NodeAuthorizer(Store store) {
        this.relations = new NodeRelations(store);
    }

    @Override
    public Decision authorize(AuthorizationAttributes asked) {
        String node = NodeIdentity.nodeOf(asked.user());
        if (node == null || !asked.isResource()) {
            return Decision.NO_OPINION;
        }
        if (node.isEmpty()) {
            return refused("unknown node for user " + GoText.quote(asked.user().name()));
        }
        return switch (asked.group() + "/" + asked.resource()) {
            case "/secrets" -> read(node, asked);
            case "/configmaps" -> isPublic(asked) ? ALLOWED : read(node, asked);
            case "/persistentvolumeclaims" ->
                asked.subresource().equals("status") ? updateStatus(node, asked) : get(node, asked);
            case "/persistentvolumes" -> persistentVolume(node, asked);
            case "resource.k8s.io/resourceclaims", "storage.k8s.io/volumeattachments" -> get(node, asked);
            case "/serviceaccounts" -> serviceAccount(node, asked);
            case "coordination.k8s.io/leases" -> lease(node, asked);
            case "storage.k8s.io/csinodes" -> csiNode(node, asked);
            case "resource.k8s.io/resourceslices" -> resourceSlice(node, asked);
            case "/nodes" -> node(node, asked);
            case "/pods" -> pod(node, asked);
            default -> RULES.stream().anyMatch(rule -> rule.allows(asked)) ? ALLOWED : Decision.NO_OPINION;
        };
    }

    private static PolicyRule rule(List<String> verbs, String group, String... resources) {
        return PolicyRule.of(verbs, List.of(group), List.of(resources));
    }

    /** The graph has a lock, and takes a while to build. */
    @Override
    public boolean mayBlock(AuthorizationAttributes asked) {
        return NodeIdentity.nodeOf(asked.user()) != null;
    }

    private static Decision refused(String reason) {
        return Decision.noOpinion(reason);
    }

    private Decision related(String node, AuthorizationAttributes asked) {
        if (asked.name().isEmpty()) {
            return refused("No Object name found");
        }
        String resource = asked.group().isEmpty() ? asked.resource() : asked.resource() + "." + asked.group();
        return relations.related(node, new Key(resource, asked.namespace(), asked.name()))
                ? ALLOWED
                : refused("no relationship found between node '" + node + "' and this object");
    }

    private static boolean isPublic(AuthorizationAttributes asked) {
        return asked.namespace().equals(PUBLIC)
                && asked.name().equals(REGISTRY)
                && asked.verb().equals("get")
                && asked.subresource().isEmpty();
    }

    private Decision read(String node, AuthorizationAttributes asked) {
        if (!READ.contains(asked.verb())) {
            return refused("can only read resources of this type");
        }
        if (!asked.subresource().isEmpty()) {
            return refused("cannot read subresource");
        }
        if (asked.namespace().isEmpty()) {
            return refused("can only read namespaced object of this type");
        }
        return related(node, asked);
    }

    private Decision get(String node, AuthorizationAttributes asked) {
        if (!asked.verb().equals("get")) {
            return refused("can only get individual resources of this type");
        }
        return asked.subresource().isEmpty() ? related(node, asked) : refused("cannot get subresource");
    }

    /** A node follows the volumes that were provisioned on it, to remove the directories of those that are deleted. */
    private Decision persistentVolume(String node, AuthorizationAttributes asked) {
        boolean follow = asked.verb().equals("list") || asked.verb().equals("watch");
        return follow
                        && asked.subresource().isEmpty()
                        && node.equals(asked.labels().required(VOLUME_NODE))
                ? ALLOWED
                : get(node, asked);
    }

    private Decision updateStatus(String node, AuthorizationAttributes asked) {
        boolean update = asked.verb().equals("update") || asked.verb().equals("patch");
        return update ? related(node, asked) : refused("can only get/update/patch this type");
    }

    private Decision serviceAccount(String node, AuthorizationAttributes asked) {
        if (asked.verb().equals("get") && asked.subresource().isEmpty()) {
            return read(node, asked);
        }
        if (!asked.verb().equals("create") || asked.name().isEmpty()) {
            return refused("can only create tokens for individual service accounts");
        }
        return asked.subresource().equals("token")
                ? related(node, asked)
                : refused("can only create token subresource of serviceaccount");
    }

    private static Decision lease(String node, AuthorizationAttributes asked) {
        if (!OWN_OBJECT_VERBS.contains(asked.verb())) {
            return refused("can only get, create, update, patch, or delete a node lease");
        }
        if (!asked.namespace().equals(LEASES)) {
            return refused("can only access leases in the \"" + LEASES + "\" system namespace");
        }
        // Of what is created only admission knows the name; so in the following.
        return asked.verb().equals("create") || asked.name().equals(node)
                ? ALLOWED
                : refused("can only access node lease with the same name as the requesting node");
    }

    private static Decision csiNode(String node, AuthorizationAttributes asked) {
        if (!OWN_OBJECT_VERBS.contains(asked.verb())) {
            return refused("can only get, create, update, patch, or delete a CSINode");
        }
        if (!asked.subresource().isEmpty()) {
            return refused("cannot authorize CSINode subresources");
        }
        return asked.verb().equals("create") || asked.name().equals(node)
                ? ALLOWED
                : refused("can only access CSINode with the same name as the requesting node");
    }

    private Decision resourceSlice(String node, AuthorizationAttributes asked) {
        if (!asked.subresource().isEmpty()) {
            return refused("cannot authorize ResourceSlice subresources");
        }
        return switch (asked.verb()) {
            case "create" -> ALLOWED;
            case "get", "update", "patch", "delete" -> related(node, asked);
            case "list", "watch", "deletecollection" ->
                node.equals(asked.fields().required("spec.nodeName"))
                        ? ALLOWED
                        : refused("can only list/watch/deletecollection resourceslices with nodeName field selector");
            default ->
                refused("only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update,"
                        + " patch, delete, deletecollection");
        };
    }

    private static Decision node(String node, AuthorizationAttributes asked) {
        boolean update = asked.verb().equals("update") || asked.verb().equals("patch");
        if (update && (asked.subresource().isEmpty() || asked.subresource().equals("status"))
                || asked.verb().equals("create") && asked.subresource().isEmpty()) {
            return ALLOWED;
        }
        if (!asked.subresource().isEmpty() || !READ.contains(asked.verb())) {
            return Decision.NO_OPINION;
        }
        if (asked.name().equals(node)) {
            return ALLOWED;
        }
        return refused(
                asked.name().isEmpty()
                        ? "node '" + node + "' cannot read all nodes, only its own Node object"
                        : "node '" + node + "' cannot read '" + asked.name() + "', only its own Node object");
    }

    private Decision pod(String node, AuthorizationAttributes asked) {
        return switch (asked.subresource()) {
            case "" ->
                switch (asked.verb()) {
                    case "get" -> get(node, asked);
                    case "list", "watch" -> pods(node, asked);
                    case "create", "delete" -> ALLOWED;
                    default -> Decision.NO_OPINION;
                };
            case "status" ->
                asked.verb().equals("update") || asked.verb().equals("patch") ? ALLOWED : Decision.NO_OPINION;
            case "eviction" -> asked.verb().equals("create") ? ALLOWED : Decision.NO_OPINION;
            default -> Decision.NO_OPINION;
        };
    }

    private Decision pods(String node, AuthorizationAttributes asked) {
        if (node.equals(asked.fields().required("spec.nodeName"))) {
            return ALLOWED;
        }
        return asked.name().isEmpty()
                ? refused("can only list/watch pods with spec.nodeName field selector")
                : related(node, asked);
    }
}
