package dev.proa.delivery.analysis;

import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import org.jspecify.annotations.Nullable;

/** The reference of an object to the one object that controls it. */
public final class ControllerReference {
    private ControllerReference() {}

    /** The value of {@code ownerReferences} of what {@code owner} makes. */
    public static ListValue to(Kind<?> kind, KubeObject owner) {
        return ListValue.of(MapValue.of(
                "apiVersion", kind.apiVersion(),
                "kind", kind.kind(),
                "name", owner.name(),
                "uid", owner.uid(),
                "controller", true,
                "blockOwnerDeletion", true));
    }

    /** The reference of {@code object} to its controller, or null. */
    public static @Nullable OwnerReference of(KubeObject object) {
        return object.metadata().ownerReferences().stream()
                .filter(OwnerReference::controller)
                .findFirst()
                .orElse(null);
    }

    /** Whether {@code owner} controls {@code object}. */
    public static boolean controls(KubeObject owner, KubeObject object) {
        OwnerReference reference = of(object);
        return reference != null && reference.uid().equals(owner.uid());
    }
}
