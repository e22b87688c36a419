package dev.proa.server.admission;

import dev.proa.api.codec.GoText;
import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.Authorizer.Decision;
import dev.proa.server.catalog.Endpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets only those change the owners of an object who may delete it, and only those have it hold up the deletion of an owner who may set the
 * owner's finalizers. Kubernetes' admission plugin of this name.
 */
public final class OwnerReferencesPermissionEnforcement implements ValidatingPlugin {
    private final Authorizer authorizer;

    public OwnerReferencesPermissionEnforcement(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public String name() {
        return "OwnerReferencesPermissionEnforcement";
    }

    @Override
    public boolean handles(Operation operation, Resource resource, String subresource) {
        return (operation == Operation.CREATE || operation == Operation.UPDATE)
                && !(PodAttributes.isPods(resource) && subresource.equals("status"));
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        ListValue owners = owners(attributes.object());
        if (owners.equals(owners(attributes.old()))) {
            return;
        }
        if (attributes.operation() == Operation.UPDATE) {
            Decision decision = authorizer.authorize(
                    of(attributes, "delete", attributes.type(), attributes.subresource(), attributes.name()));
            if (!decision.allowed()) {
                throw attributes.forbidden(
                        "cannot set an ownerRef on a resource you can't delete: " + decision.reason() + ", <nil>");
            }
        }
        List<MapValue> blocking = newlyBlocking(owners, owners(attributes.old()));
        if (!blocking.isEmpty() && !maySetAnyFinalizers(attributes)) {
            blocking.forEach(owner -> check(attributes, owner));
        }
    }

    private static ListValue owners(MapValue object) {
        return object.map("metadata").list("ownerReferences");
    }

    private static List<MapValue> newlyBlocking(ListValue owners, ListValue before) {
        List<MapValue> blocking = new ArrayList<>();
        for (int i = 0; i < owners.size(); i++) {
            if (owners.map(i).bool("blockOwnerDeletion")
                    && !isBlocking(before, owners.map(i).string("uid"))) {
                blocking.add(owners.map(i));
            }
        }
        return blocking;
    }

    private static boolean isBlocking(ListValue owners, String uid) {
        for (int i = owners.size() - 1; i >= 0; i--) {
            if (owners.map(i).string("uid").equals(uid)) {
                return owners.map(i).bool("blockOwnerDeletion");
            }
        }
        return false;
    }

    private boolean maySetAnyFinalizers(AdmissionAttributes attributes) {
        return authorizer
                .authorize(new AuthorizationAttributes(
                        attributes.user(), "update", "*", "*", "*", "finalizers", "", "*", ""))
                .allowed();
    }

    private void check(AdmissionAttributes attributes, MapValue owner) {
        String apiVersion = owner.string("apiVersion");
        Endpoint endpoint = attributes.scope().catalog().endpointOf(apiVersion, owner.string("kind"));
        if (endpoint == null) {
            throw attributes.forbidden("cannot set blockOwnerDeletion in this case because cannot find RESTMapping for"
                    + " APIVersion " + apiVersion + " Kind " + owner.string("kind") + ": no matches for kind "
                    + GoText.quote(owner.string("kind")) + " in version " + GoText.quote(apiVersion));
        }
        Decision decision =
                authorizer.authorize(of(attributes, "update", endpoint.type(), "finalizers", owner.string("name")));
        if (!decision.allowed()) {
            throw attributes.forbidden("cannot set blockOwnerDeletion if an ownerReference refers to a resource you"
                    + " can't set finalizers on: " + decision.reason() + ", <nil>");
        }
    }

    private static AuthorizationAttributes of(
            AdmissionAttributes attributes, String verb, ResourceType type, String subresource, String name) {
        return new AuthorizationAttributes(
                attributes.user(),
                verb,
                type.group(),
                type.version(),
                type.plural(),
                subresource,
                type.namespaced() ? attributes.namespace() : "",
                name,
                "");
    }
}
