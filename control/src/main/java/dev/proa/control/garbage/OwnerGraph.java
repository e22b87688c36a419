package dev.proa.control.garbage;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The graph of objects and their owners, as informers see it. An owner that is known only from references is virtual until an
 * informer shows it or the server says that it does not exist.
 *
 * <p>Reports the nodes that need work: {@code suspects} may have to be deleted, {@code orphaners} are to release their
 * dependents. Both are called under the graph's lock and must only add to a queue. Thread-safe.
 */
final class OwnerGraph {
    static final String FOREGROUND = "foregroundDeletion";
    static final String ORPHAN = "orphan";

    private final Map<String, Node> nodes = new HashMap<>();
    private final Consumer<String> suspects;
    private final Consumer<String> orphaners;

    OwnerGraph(Consumer<String> suspects, Consumer<String> orphaners) {
        this.suspects = suspects;
        this.orphaners = orphaners;
    }

    /**
     * An object, as it was when it was asked for.
     *
     * @param kind null for an owner that is only known by reference
     * @param reference by which dependents name it
     * @param waitsForDependents whether it is being deleted in the foreground
     * @param dependents those that name it as an owner
     * @param blockers of those the ones that hold its foreground deletion up
     */
    record View(
            String uid,
            @Nullable Kind<?> kind,
            String namespace,
            String name,
            MapValue reference,
            boolean deleting,
            boolean waitsForDependents,
            List<String> dependents,
            List<String> blockers) {
        boolean isVirtual() {
            return kind == null;
        }
    }

    /** An object appeared or changed. */
    synchronized void observe(Kind<?> kind, KubeObject object) {
        MapValue metadata = object.value().map("metadata");
        String uid = metadata.string("uid");
        Node node = nodes.get(uid);
        boolean isNew = node == null;
        if (node == null) {
            node = new Node(uid);
            nodes.put(uid, node);
        }
        boolean wasVirtual = node.kind == null;
        ListValue before = node.owners;
        boolean wasDeleting = node.deleting;
        boolean wasWaiting = node.waits;
        boolean wasOrphaning = node.orphans;
        node.see(kind, metadata);
        if (isNew || !before.equals(node.owners)) {
            reconnect(node, before);
        }
        if (wasVirtual && !isNew) {
            node.dependents.forEach(
                    dependent -> suspects.accept(dependent.uid)); // its place may be another one than they say
        }
        if (node.orphans && (!wasOrphaning || !wasDeleting)) {
            orphaners.accept(uid);
        }
        if (node.waits && !wasWaiting) {
            node.dependents.forEach(dependent -> suspects.accept(dependent.uid));
            suspects.accept(uid);
        }
    }

    /** An object went, or was found not to be there. */
    synchronized void remove(String uid) {
        Node node = nodes.get(uid);
        if (node == null) {
            return;
        }
        for (int i = 0; i < node.owners.size(); i++) {
            disconnect(node, node.owners.map(i).string("uid"));
        }
        for (Node dependent : node.dependents) {
            suspects.accept(dependent.uid);
        }
        if (node.dependents.isEmpty()) {
            nodes.remove(uid);
        } else {
            node.kind = null; // stays, as absent, while others name it
            node.absent = true;
            node.owners = ListValue.EMPTY;
        }
    }

    /** The node of {@code uid}; null when there is none. */
    synchronized @Nullable View view(String uid) {
        Node node = nodes.get(uid);
        if (node == null || node.absent) {
            return null;
        }
        List<String> dependents = new ArrayList<>(node.dependents.size());
        List<String> blockers = new ArrayList<>();
        for (Node dependent : node.dependents) {
            dependents.add(dependent.uid);
            if (dependent.blocks(uid)) {
                blockers.add(dependent.uid);
            }
        }
        return new View(
                uid,
                node.kind,
                node.namespace,
                node.name,
                node.reference,
                node.deleting,
                node.waits,
                dependents,
                blockers);
    }

    /**
     * A virtual owner was not found where a reference in {@code namespace} says it is. It may still be in another place that others
     * name: they are to be looked at, each by its own reference.
     */
    synchronized void missing(MapValue reference, String namespace) {
        Node node = nodes.get(reference.string("uid"));
        if (node != null && node.kind == null) {
            node.missing = with(node.missing, place(reference, namespace));
            node.dependents.forEach(dependent -> suspects.accept(dependent.uid));
        }
    }

    /** Whether the owner that a reference in {@code namespace} names is known to be gone, or not to be in that place. */
    synchronized boolean isAbsent(MapValue reference, String namespace) {
        Node node = nodes.get(reference.string("uid"));
        if (node == null) {
            return false;
        }
        boolean gone = node.absent && (node.namespace.isEmpty() || node.namespace.equals(namespace));
        return gone || node.missing.contains(place(reference, namespace));
    }

    private static Set<String> with(Set<String> some, String more) {
        Set<String> all = new HashSet<>(some);
        all.add(more);
        return Set.copyOf(all);
    }

    private static String place(MapValue reference, String namespace) {
        return String.join(
                "/", reference.string("apiVersion"), reference.string("kind"), namespace, reference.string("name"));
    }

    synchronized int size() {
        return nodes.size();
    }

    private void reconnect(Node node, ListValue before) {
        for (int i = 0; i < before.size(); i++) {
            String owner = before.map(i).string("uid");
            if (!node.isOwnedBy(owner)) {
                disconnect(node, owner);
            } else {
                wakeWaiting(owner); // it may block no longer
            }
        }
        boolean suspect = false;
        for (int i = 0; i < node.owners.size(); i++) {
            MapValue reference = node.owners.map(i);
            Node owner = nodes.get(reference.string("uid"));
            if (owner == null) {
                owner = new Node(reference.string("uid"));
                owner.namespace = node.namespace;
                owner.name = reference.string("name");
                owner.reference = reference;
                nodes.put(owner.uid, owner);
                suspects.accept(owner.uid);
            }
            owner.dependents.add(node);
            suspect |= owner.absent || owner.waits || misplaced(owner, reference, node);
        }
        if (suspect) {
            suspects.accept(node.uid);
        }
    }

    /** Whether the reference of a dependent says something else than what is known of the owner, or of where it was looked for. */
    private static boolean misplaced(Node owner, MapValue reference, Node dependent) {
        if (owner.kind == null) {
            return !owner.missing.isEmpty()
                    || !place(owner.reference, owner.namespace).equals(place(reference, dependent.namespace));
        }
        return !owner.name.equals(reference.string("name"))
                || !owner.kind.kind().equals(reference.string("kind"))
                || owner.kind.namespaced() && !owner.namespace.equals(dependent.namespace);
    }

    private void disconnect(Node node, String ownerUid) {
        Node owner = nodes.get(ownerUid);
        if (owner == null) {
            return;
        }
        owner.dependents.remove(node);
        wakeWaiting(ownerUid);
        if (owner.kind == null && owner.dependents.isEmpty()) {
            nodes.remove(ownerUid);
        }
    }

    private void wakeWaiting(String ownerUid) {
        Node owner = nodes.get(ownerUid);
        if (owner != null && owner.waits) {
            suspects.accept(ownerUid);
        }
    }

    private static final class Node {
        final String uid;
        final Set<Node> dependents = new LinkedHashSet<>(2);

        @Nullable
        Kind<?> kind;

        String namespace = "";
        String name = "";
        MapValue reference = MapValue.EMPTY;
        ListValue owners = ListValue.EMPTY;
        boolean deleting;
        boolean waits;
        boolean orphans;
        boolean absent;
        /** Where it was looked for in vain; only of virtual ones. */
        Set<String> missing = Set.of();

        Node(String uid) {
            this.uid = uid;
        }

        void see(Kind<?> seen, MapValue metadata) {
            kind = seen;
            absent = false;
            missing = Set.of();
            namespace = metadata.string("namespace");
            name = metadata.string("name");
            owners = metadata.list("ownerReferences");
            deleting = metadata.get("deletionTimestamp") != null;
            waits = deleting && metadata.list("finalizers").contains(FOREGROUND);
            orphans = deleting && metadata.list("finalizers").contains(ORPHAN);
        }

        boolean isOwnedBy(String owner) {
            for (int i = 0; i < owners.size(); i++) {
                if (owners.map(i).string("uid").equals(owner)) {
                    return true;
                }
            }
            return false;
        }

        boolean blocks(String owner) {
            for (int i = 0; i < owners.size(); i++) {
                if (owners.map(i).string("uid").equals(owner)) {
                    return owners.map(i).bool("blockOwnerDeletion");
                }
            }
            return false;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Node node && node.uid.equals(uid);
        }

        @Override
        public int hashCode() {
            return Objects.hashCode(uid);
        }
    }
}
