package dev.proa.control.protection;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ObjectKey;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Controller;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.util.function.Predicate;

/** Takes a finalizer off objects that are being deleted and are not used. */
final class Protection<T extends KubeObject> {
    private final ControlContext context;
    private final Kind<T> kind;
    private final String finalizer;
    private final Predicate<T> used;
    private final Informer<T> objects;
    private final Controller<ObjectKey> controller;

    /** @param used whether something uses an object; is asked only for those that are being deleted */
    Protection(ControlContext context, String name, Kind<T> kind, String finalizer, Predicate<T> used) {
        this.context = context;
        this.kind = kind;
        this.finalizer = finalizer;
        this.used = used;
        this.objects = context.informers().informer(kind);
        this.controller = context.<ObjectKey>controller(name, this::reconcile)
                .watch(objects, object -> isHeld(object) ? ObjectKey.of(object.value()) : null);
    }

    Controller<ObjectKey> controller() {
        return controller;
    }

    private boolean isHeld(T object) {
        return object.isDeleting()
                && object.value().map("metadata").list("finalizers").contains(finalizer);
    }

    private Result reconcile(ObjectKey key) {
        T object = objects.get(key);
        if (object == null || !isHeld(object) || used.test(object)) {
            return Result.DONE; // what uses it wakes this when it goes
        }
        ListValue finalizers = object.value().map("metadata").list("finalizers");
        MapValue freed = object.value()
                .withMap(
                        "metadata",
                        metadata -> metadata.with("finalizers", finalizers.without(finalizers.indexOf(finalizer))));
        try {
            context.client().resource(kind).in(object.namespace()).update(kind.of(freed));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
        return Result.DONE;
    }
}
