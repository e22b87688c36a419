package dev.proa.embedded;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.api.view.Kind;
import dev.proa.client.Client;
import dev.proa.client.ResourceClient;
import dev.proa.server.authorization.rbac.BootstrapPolicy;
import dev.proa.server.authorization.rbac.BootstrapPolicy.Reconciled;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Has a cluster have the roles and bindings of {@link BootstrapPolicy}, before it is ready. */
final class BootstrapRoles {
    private static final String VERSION = "rbac.authorization.k8s.io/v1";
    private static final Map<String, Kind<AnyObject>> KINDS = List.of(
                    Kind.any("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false),
                    Kind.any("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", false),
                    Kind.any("rbac.authorization.k8s.io", "v1", "Role", "roles", true),
                    Kind.any("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true))
            .stream()
            .collect(Collectors.toMap(Kind::kind, Function.identity()));

    private final Client client;

    BootstrapRoles(Client client) {
        this.client = client;
    }

    /** Creates what is missing and adds what objects lack. Writes run side by side, so that they share their commits. */
    void reconcile() {
        Map<String, MapValue> existing = new HashMap<>();
        for (Kind<AnyObject> kind : KINDS.values()) {
            for (AnyObject object : client.resource(kind).list()) {
                existing.put(id(kind.kind(), object.value()), object.value());
            }
        }
        List<Callable<@Nullable Void>> writes = BootstrapPolicy.objects().stream()
                .<Callable<@Nullable Void>>map(expected -> () -> {
                    reconcile(existing.get(id(expected.string("kind"), expected)), expected);
                    return null;
                })
                .toList();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<@Nullable Void> write : executor.invokeAll(writes)) {
                write.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the roles of the cluster were made", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    private static String id(String kind, MapValue object) {
        MapValue metadata = object.map("metadata");
        return kind + "/" + metadata.string("namespace") + "/" + metadata.string("name");
    }

    private void reconcile(@Nullable MapValue existing, MapValue expected) {
        Kind<AnyObject> kind = Objects.requireNonNull(KINDS.get(expected.string("kind")));
        MapValue metadata = expected.map("metadata");
        ResourceClient<AnyObject> objects = client.resource(kind).in(metadata.string("namespace"));
        if (existing == null) {
            create(objects, kind, expected);
            return;
        }
        switch (BootstrapPolicy.reconcile(existing, expected)) {
            case Reconciled.Unchanged unchanged -> {}
            case Reconciled.Updated updated ->
                objects.update(kind.of(updated.object().with("apiVersion", VERSION)));
            case Reconciled.Recreated recreated -> {
                objects.delete(metadata.string("name"));
                create(objects, kind, recreated.object());
            }
        }
    }

    private static void create(ResourceClient<AnyObject> objects, Kind<AnyObject> kind, MapValue object) {
        try {
            objects.create(kind.of(object));
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
    }
}
