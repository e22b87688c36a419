package dev.proa.control.shared;

import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads and writes owner references: finds the controller of an object, adopts and releases objects. */
public final class Owners {
    private Owners() {}

    /** The reference to the one owner that controls {@code object}; null when nobody does. */
    public static @Nullable OwnerReference controllerOf(KubeObject object) {
        ListValue owners = object.value().map("metadata").list("ownerReferences");
        for (int i = 0; i < owners.size(); i++) {
            MapValue owner = owners.map(i);
            if (owner.bool("controller")) {
                return new OwnerReference(owner);
            }
        }
        return null;
    }

    public static boolean isControlledBy(KubeObject object, KubeObject owner) {
        OwnerReference controller = controllerOf(object);
        return controller != null && controller.uid().equals(owner.uid());
    }

    /** The reference by which {@code owner} controls what it makes. */
    public static OwnerReference controllerReference(Kind<?> kind, KubeObject owner) {
        return new OwnerReference(MapValue.of(
                "apiVersion", kind.apiVersion(),
                "kind", kind.kind(),
                "name", owner.name(),
                "uid", owner.uid(),
                "controller", true,
                "blockOwnerDeletion", true));
    }

    /**
     * Whether {@code object} is there under the same UID and not being deleted, by a fresh read: a controller that works from a
     * cache must know before it adopts.
     */
    public static <T extends KubeObject> boolean isAlive(ResourceClient<T> client, KubeObject object) {
        T fresh = client.in(object.namespace()).find(object.name());
        return fresh != null && fresh.uid().equals(object.uid()) && !fresh.isDeleting();
    }

    /**
     * Of {@code candidates} those that {@code owner} controls, after it has adopted those without controller that its selector
     * matches and released those it matches no longer.
     *
     * @param mayAdopt asked once, before the first adoption
     * @param finalizers that adopted objects get and released ones lose
     */
    public static <T extends KubeObject> List<T> claim(
            ResourceClient<T> client,
            Collection<T> candidates,
            KubeObject owner,
            Kind<?> ownerKind,
            LabelSelector selector,
            Supplier<Boolean> mayAdopt,
            String... finalizers) {
        return claim(client, candidates, owner, ownerKind, (Predicate<T>) selector::matches, mayAdopt, finalizers);
    }

    /** As above, with more than labels to match, such as names. */
    public static <T extends KubeObject> List<T> claim(
            ResourceClient<T> client,
            Collection<T> candidates,
            KubeObject owner,
            Kind<?> ownerKind,
            Predicate<? super T> selected,
            Supplier<Boolean> mayAdopt,
            String... finalizers) {
        List<T> claimed = new ArrayList<>(candidates.size());
        Boolean adopt = null;
        for (T candidate : candidates) {
            OwnerReference controller = controllerOf(candidate);
            boolean matches = selected.test(candidate);
            if (controller != null) {
                if (!controller.uid().equals(owner.uid())) {
                    continue;
                }
                if (matches) {
                    claimed.add(candidate);
                } else if (!owner.isDeleting()) {
                    release(client, candidate, owner, finalizers);
                }
            } else if (matches && !owner.isDeleting() && !candidate.isDeleting()) {
                if (adopt == null) {
                    adopt = mayAdopt.get();
                }
                T adopted = adopt ? adopt(client, candidate, owner, ownerKind, finalizers) : null;
                if (adopted != null) {
                    claimed.add(adopted);
                }
            }
        }
        return claimed;
    }

    private static <T extends KubeObject> @Nullable T adopt(
            ResourceClient<T> client, T candidate, KubeObject owner, Kind<?> ownerKind, String[] finalizers) {
        MapValue metadata = MapValue.of(
                "uid",
                candidate.uid(),
                "ownerReferences",
                ListValue.of(controllerReference(ownerKind, owner).value()));
        if (finalizers.length > 0) {
            metadata = metadata.with("finalizers", ListValue.copyOf(List.of(finalizers)));
        }
        try {
            return client.in(candidate.namespace())
                    .patch(candidate.name(), Patch.strategic(MapValue.of("metadata", metadata)));
        } catch (StatusException e) {
            if (e.code() == 404) {
                return null; // it went meanwhile
            }
            throw e;
        }
    }

    private static <T extends KubeObject> void release(
            ResourceClient<T> client, T candidate, KubeObject owner, String[] finalizers) {
        MapValue metadata = MapValue.of(
                "uid",
                candidate.uid(),
                "ownerReferences",
                ListValue.of(MapValue.of("$patch", "delete", "uid", owner.uid())));
        if (finalizers.length > 0) {
            metadata = metadata.with("$deleteFromPrimitiveList/finalizers", ListValue.copyOf(List.of(finalizers)));
        }
        try {
            client.in(candidate.namespace())
                    .patch(candidate.name(), Patch.strategic(MapValue.of("metadata", metadata)));
        } catch (StatusException e) {
            if (e.code() != 404 && e.code() != 422) { // gone, or another one of the same name: nothing to release
                throw e;
            }
        }
    }
}
