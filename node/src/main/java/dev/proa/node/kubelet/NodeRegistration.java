package dev.proa.node.kubelet;

import dev.proa.api.coordination.v1.Lease;
import dev.proa.api.core.v1.Node;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.supervision.Loop;
import dev.proa.client.supervision.Supervisor;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Registers the node with the API: creates or updates the Node object at the start, writes its status every five
 * minutes, and renews its lease (40 s) every ten seconds (KEP-589).
 */
public final class NodeRegistration implements AutoCloseable {
    private static final Duration STATUS_EACH = Duration.ofMinutes(5);
    private static final Duration LEASE_EACH = Duration.ofSeconds(10);
    private static final long LEASE_SECONDS = 40;
    private static final String LEASE_NAMESPACE = "kube-node-lease";

    private final Client client;
    private final MapValue node;
    private final Clock clock;
    private final Supervisor supervisor;
    private @Nullable Loop loop;
    private Instant statusAt = Instant.MIN;

    /**
     * @param node the desired Node with name, labels, spec and status; the times of its conditions are set here
     * @param supervisor renews the lease
     */
    public NodeRegistration(Client client, MapValue node, Supervisor supervisor, Clock clock) {
        this.supervisor = supervisor;
        this.client = client;
        this.node = node;
        this.clock = clock;
    }

    /** Registers the node as Ready, and keeps it so from then on. Blocks until it is registered. */
    public synchronized void start() throws InterruptedException {
        register();
        renewLease();
        statusAt = clock.instant().plus(STATUS_EACH);
        loop = supervisor.group("node-leases").every(LEASE_EACH, "node-" + name(), self -> keep());
    }

    private String name() {
        return node.map("metadata").string("name");
    }

    private void keep() throws InterruptedException {
        renewLease();
        if (!clock.instant().isBefore(statusAt)) {
            register();
            statusAt = clock.instant().plus(STATUS_EACH);
        }
    }

    private void register() throws InterruptedException {
        for (int i = 0; ; i++) {
            Node current = client.resource(Node.KIND).find(name());
            try {
                if (current == null) {
                    MapValue fresh = node.without("status");
                    current = client.resource(Node.KIND).create(new Node(fresh));
                } else if (!labelled(current).equals(current.value())) {
                    current = client.resource(Node.KIND).update(new Node(labelled(current)));
                }
                client.resource(Node.KIND).updateStatus(new Node(current.value().with("status", status(current))));
                return;
            } catch (StatusException e) {
                if (e.code() != 409 || i == 4) {
                    throw e;
                }
            }
        }
    }

    /** The current node with the desired labels, annotations and pod range. */
    private MapValue labelled(Node current) {
        MapValue spec = current.value().map("spec");
        for (var field : node.map("spec")) {
            if (!spec.has(field.getKey())) {
                spec = spec.with(field.getKey(), field.getValue());
            }
        }
        return current.value()
                .withMap("metadata", metadata -> merged(merged(metadata, "labels"), "annotations"))
                .with("spec", spec);
    }

    /** Metadata with the desired entries merged into one of its maps. */
    private MapValue merged(MapValue metadata, String field) {
        MapValue own = node.map("metadata").map(field);
        MapValue values = metadata.map(field);
        for (var entry : own) {
            values = values.with(entry.getKey(), entry.getValue());
        }
        return own.isEmpty() ? metadata : metadata.with(field, values);
    }

    private MapValue status(Node current) {
        Instant now = clock.instant();
        ListValue conditions = ListValue.of(
                condition(
                        current,
                        "MemoryPressure",
                        false,
                        "KubeletHasSufficientMemory",
                        "kubelet has sufficient memory available",
                        now),
                condition(
                        current,
                        "DiskPressure",
                        false,
                        "KubeletHasNoDiskPressure",
                        "kubelet has no disk pressure",
                        now),
                condition(
                        current,
                        "PIDPressure",
                        false,
                        "KubeletHasSufficientPID",
                        "kubelet has sufficient PID available",
                        now),
                condition(current, "Ready", true, "KubeletReady", "kubelet is posting ready status", now));
        return node.map("status").with("conditions", conditions);
    }

    private static MapValue condition(
            Node current, String type, boolean value, String reason, String message, Instant now) {
        String status = value ? "True" : "False";
        Instant since = now;
        for (var before : current.status().conditions()) {
            if (before.type().equals(type)
                    && before.status().equals(status)
                    && before.lastTransitionTime() instanceof Instant then) {
                since = then;
            }
        }
        return MapValue.of(
                "type", type,
                "status", status,
                "reason", reason,
                "message", message,
                "lastHeartbeatTime", Times.format(now),
                "lastTransitionTime", Times.format(since));
    }

    private void renewLease() {
        var leases = client.resource(Lease.KIND).in(LEASE_NAMESPACE);
        Lease lease = leases.find(name());
        String now = Times.formatMicro(clock.instant());
        if (lease == null) {
            Node owner = client.resource(Node.KIND).get(name());
            MapValue metadata = MapValue.of(
                    "name", name(),
                    "namespace", LEASE_NAMESPACE,
                    "ownerReferences",
                            ListValue.of(MapValue.of(
                                    "apiVersion", "v1", "kind", "Node", "name", name(), "uid", owner.uid())));
            MapValue spec =
                    MapValue.of("holderIdentity", name(), "leaseDurationSeconds", LEASE_SECONDS, "renewTime", now);
            leases.create(new Lease(MapValue.of(
                    "apiVersion", "coordination.k8s.io/v1", "kind", "Lease", "metadata", metadata, "spec", spec)));
        } else {
            leases.update(new Lease(lease.value()
                    .withMap(
                            "spec",
                            spec -> spec.with("renewTime", now)
                                    .with("holderIdentity", name())
                                    .with("leaseDurationSeconds", LEASE_SECONDS))));
        }
    }

    @Override
    public synchronized void close() {
        if (loop != null) {
            loop.close();
        }
    }
}
