package dev.proa.server.authorization;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.store.Watch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which objects of a store belong to a node's work. A {@link NodeGraph} follows the store's pods; it is brought up to date by whoever
 * asks, so that a node may read what its pod refers to from the moment it can see that pod. Safe for any thread; does not block.
 */
final class NodeRelations {
    private static final String PODS = "pods";

    private final Store store;
    private final ReentrantLock lock = new ReentrantLock();
    private final NodeGraph graph = new NodeGraph();
    private @Nullable Watch watch;

    NodeRelations(Store store) {
        this.store = store;
    }

    /** Whether a pod of the node is or refers to the object, directly or by a claim and its volume. */
    boolean related(String node, Key object) {
        return switch (object.resource()) {
            case "persistentvolumes" -> byVolume(node, store.snapshot().get(object));
            case "volumeattachments.storage.k8s.io", "resourceslices.resource.k8s.io" ->
                names(node, store.snapshot().get(object));
            case PodReferences.SECRETS -> byPod(node, object) || byVolumes(node, object);
            default -> byPod(node, object);
        };
    }

    private static boolean names(String node, @Nullable StoredObject object) {
        return object != null && object.value().map("spec").string("nodeName").equals(node);
    }

    private boolean byPod(String node, Key object) {
        lock.lock();
        try {
            Watch following = catchUp();
            if (graph.related(node, object)) {
                return true;
            }
            Snapshot snapshot = store.snapshot();
            if (following.revision() >= snapshot.revision()) {
                return false;
            }
            // What was committed this moment may not have been told to watches: look for it.
            for (StoredObject pod : snapshot.list(PODS, object.namespace(), null)) {
                if (NodeGraph.relates(node, object, pod.key(), pod.value())) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private Watch catchUp() {
        Watch following = watch;
        if (following == null) {
            return begin();
        }
        try {
            for (Watch.Event event : following.next(Duration.ZERO)) {
                if (event.type() == Watch.Type.DELETED) {
                    graph.remove(event.object().key());
                } else {
                    graph.put(event.object().key(), event.object().value());
                }
            }
            return following;
        } catch (Store.CompactedException e) {
            return begin(); // nobody has asked for long
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return following;
        }
    }

    private Watch begin() {
        Snapshot snapshot = store.snapshot();
        Watch following = store.watch(PODS, null, snapshot.revision());
        graph.clear();
        snapshot.list(PODS, null, null).forEach(pod -> graph.put(pod.key(), pod.value()));
        watch = following;
        return following;
    }

    /** A persistent volume belongs to the node where its claim does. */
    private boolean byVolume(String node, @Nullable StoredObject volume) {
        if (volume == null) {
            return false;
        }
        MapValue claim = volume.value().map("spec").map("claimRef");
        return claim.has("name")
                && byPod(node, new Key(PodReferences.CLAIMS, claim.string("namespace"), claim.string("name")));
    }

    private boolean byVolumes(String node, Key secret) {
        for (StoredObject volume : store.snapshot().list("persistentvolumes", null, null)) {
            if (usesSecret(volume.value().map("spec"), secret) && byVolume(node, volume)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a node needs the secret to mount the volume. */
    private static boolean usesSecret(MapValue spec, Key secret) {
        MapValue csi = spec.map("csi");
        for (MapValue reference : List.of(
                csi.map("nodePublishSecretRef"), csi.map("nodeStageSecretRef"), csi.map("nodeExpandSecretRef"))) {
            if (is(reference, secret, spec)) {
                return true;
            }
        }
        for (var source : spec) {
            if (source.getValue() instanceof MapValue of && is(of.map("secretRef"), secret, spec)) {
                return true;
            }
        }
        MapValue azure = spec.map("azureFile");
        return is(
                MapValue.of("name", azure.string("secretName"), "namespace", azure.string("secretNamespace")),
                secret,
                spec);
    }

    private static boolean is(MapValue reference, Key secret, MapValue spec) {
        String namespace = reference.string("namespace");
        return reference.string("name").equals(secret.name())
                && secret.namespace()
                        .equals(namespace.isEmpty() ? spec.map("claimRef").string("namespace") : namespace);
    }

    /** Whether a driver of one of the pod's volumes asks for tokens for an audience (CSI token requests). */
    static boolean hasDriverWithAudience(Snapshot snapshot, MapValue pod, String audience) {
        ListValue volumes = pod.map("spec").list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            String driver = driver(snapshot, pod, volumes.map(i));
            StoredObject stored =
                    driver.isEmpty() ? null : snapshot.get(new Key("csidrivers.storage.k8s.io", "", driver));
            ListValue requests = stored == null
                    ? ListValue.EMPTY
                    : stored.value().map("spec").list("tokenRequests");
            for (int j = 0; j < requests.size(); j++) {
                if (requests.map(j).string("audience").equals(audience)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String driver(Snapshot snapshot, MapValue pod, MapValue volume) {
        String claim = volume.has("ephemeral")
                ? PodReferences.ephemeralClaim(pod, volume)
                : volume.map("persistentVolumeClaim").string("claimName");
        if (claim.isEmpty()) {
            return volume.map("csi").string("driver");
        }
        StoredObject claimed =
                snapshot.get(new Key(PodReferences.CLAIMS, pod.map("metadata").string("namespace"), claim));
        StoredObject bound = claimed == null
                ? null
                : snapshot.get(new Key(
                        "persistentvolumes", "", claimed.value().map("spec").string("volumeName")));
        return bound == null ? "" : bound.value().map("spec").map("csi").string("driver");
    }
}
