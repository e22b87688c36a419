package dev.proa.server.resource.network;

import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.store.Change;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.strategy.Uids;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what is stored as allocated agree with the services, as Kubernetes' repair controllers do: each cluster address has its {@code
 * IPAddress}, each managed {@code IPAddress} its service, and the node ports are those of the services. What was wrong is told by events of
 * the controllers' reasons. A store from before addresses were objects gets them so.
 *
 * <p>It does nothing by itself: whoever owns the store calls {@link #run} at start, and each minute or so.
 */
public final class ServiceRepair {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceRepair.class);

    private final Store store;
    private final ServiceRanges ranges;
    private final InstantSource clock;

    /** The revision that the last run looked at; when nothing has happened since, there is nothing to do. */
    private long seen;

    /** What cannot be repaired and was told already. */
    private final Set<String> told = new HashSet<>();

    public ServiceRepair(Store store, ServiceRanges ranges, InstantSource clock) {
        this.store = store;
        this.ranges = ranges;
        this.clock = clock;
    }

    /**
     * Repairs what is wrong now; what changes meanwhile is left for the next time. Blocks until that is durable. Not for two threads at a
     * time.
     */
    public void run() {
        Snapshot snapshot = store.snapshot();
        if (snapshot.revision() == seen) {
            return;
        }
        // A store that never had such objects is not broken.
        boolean tell = snapshot.count(ServiceRanges.ADDRESSES, null) > 0 || snapshot.get(NodePorts.KEY) != null;
        for (StoredObject service : snapshot.list("services", null, null)) {
            for (String ip : Services.addresses(service.value())) {
                if (ranges.contains(ip)) {
                    checkAddress(snapshot, service, ip, tell);
                } else {
                    tellOnce(
                            service,
                            "ClusterIPOutOfRange",
                            "ClusterIPAllocation",
                            "Cluster IP [IPv4]: " + ip
                                    + " is not within any configured Service CIDR; please recreate service");
                }
            }
        }
        for (StoredObject address : snapshot.list(ServiceRanges.ADDRESSES, null, null)) {
            if (ServiceRanges.isManaged(address.value())) {
                checkOwner(snapshot, address);
            }
        }
        checkPorts(snapshot, tell);
        seen = snapshot.revision();
    }

    private void checkAddress(Snapshot snapshot, StoredObject service, String ip, boolean tell) {
        StoredObject address = snapshot.get(ServiceRanges.key(ip));
        List<Change> changes = new ArrayList<>();
        changes.add(unchanged(service));
        String what;
        if (address == null) {
            what = "Cluster IP [IPv4]: " + ip + " is not allocated; repairing";
        } else if (!ServiceRanges.belongsTo(address.value(), service.key())) {
            StoredObject other = owner(snapshot, address);
            if (other != null) {
                tellOnce(
                        service,
                        "ClusterIPAlreadyAllocated",
                        "ClusterIPAllocation",
                        "Cluster IP [IPv4]:" + ip + " was assigned to multiple services; please recreate service");
                return;
            }
            what = "the ClusterIP [IPv4]: " + ip + " for Service "
                    + service.key().namespace() + "/" + service.key().name() + " has a wrong reference; repairing";
        } else if (!ServiceRanges.isManaged(address.value())) {
            what = "";
        } else {
            return;
        }
        if (address != null) {
            changes.add(new Change.Delete(address.key(), address.revision(), address.value()));
        }
        changes.add(new Change.Create(
                ServiceRanges.key(ip), ranges.address(service.key(), ip, Times.format(clock.instant()))));
        if (commit(changes) && tell && !what.isEmpty()) {
            tell(service, "ClusterIPNotAllocated", "ClusterIPAllocation", what);
        }
    }

    /** The service that an address belongs to by its reference, if that service has it. */
    private static @Nullable StoredObject owner(Snapshot snapshot, StoredObject address) {
        MapValue parent = address.value().map("spec").map("parentRef");
        if (!parent.string("resource").equals("services")
                || !parent.string("group").isEmpty()) {
            return null;
        }
        StoredObject service = snapshot.get(new Key("services", parent.string("namespace"), parent.string("name")));
        return service != null
                        && Services.addresses(service.value())
                                .contains(address.key().name())
                ? service
                : null;
    }

    private void checkOwner(Snapshot snapshot, StoredObject address) {
        StoredObject present = store.snapshot().get(address.key());
        if (owner(snapshot, address) != null || present == null || present.revision() != address.revision()) {
            return; // as it should be, or mended just now
        }
        MapValue parent = address.value().map("spec").map("parentRef");
        String name = address.key().name();
        boolean there = snapshot.get(new Key("services", parent.string("namespace"), parent.string("name"))) != null;
        if (commit(List.of(new Change.Delete(address.key(), address.revision(), address.value())))) {
            tell(
                    address,
                    there ? "IPAddressWrongReference" : "IPAddressNotAllocated",
                    "IPAddressAllocation",
                    "IPAddress: " + name + " for Service " + parent.string("namespace") + "/" + parent.string("name")
                            + (there ? " has a wrong reference; cleaning up" : " appears to have leaked: cleaning up"));
        }
    }

    private void checkPorts(Snapshot snapshot, boolean tell) {
        BitSet stored = NodePorts.allocated(snapshot);
        BitSet used = new BitSet();
        List<Runnable> events = new ArrayList<>();
        for (StoredObject service : snapshot.list("services", null, null)) {
            for (long port : new TreeSet<>(Services.nodePorts(service.value()))) {
                int offset = (int) port - NodePorts.FIRST;
                if (!NodePorts.contains(port)) {
                    events.add(() -> tellOnce(
                            service,
                            "PortOutOfRange",
                            "PortAllocation",
                            "Port " + port + " is not within the port range " + NodePorts.FIRST + "-" + NodePorts.LAST
                                    + "; please recreate service"));
                } else if (used.get(offset)) {
                    events.add(() -> tellOnce(
                            service,
                            "PortAlreadyAllocated",
                            "PortAllocation",
                            "Port " + port + " was assigned to multiple services; please recreate service"));
                } else {
                    used.set(offset);
                    if (tell && !stored.get(offset)) {
                        events.add(() -> tell(
                                service,
                                "PortNotAllocated",
                                "PortAllocation",
                                "Port " + port + " is not allocated; repairing"));
                    }
                }
            }
        }
        StoredObject range = snapshot.get(NodePorts.KEY);
        if (!used.equals(stored)) {
            MapValue value = NodePorts.value(used);
            Change change = range == null
                    ? new Change.Create(NodePorts.KEY, value)
                    : new Change.Update(range.key(), range.revision(), value);
            if (!commit(List.of(change))) {
                return;
            }
        }
        events.forEach(Runnable::run);
    }

    /** Refuses a transaction if the object has changed. */
    @SuppressWarnings("ReferenceEquality") // a value is stored once
    private static Change unchanged(StoredObject object) {
        return new Change.Compute(object.key(), present -> {
            if (present != object.value()) {
                throw new Store.RevisionConflictException(object.key(), null);
            }
            return present;
        });
    }

    /** Commits a repair unless something it relies on has changed. */
    private boolean commit(List<Change> changes) {
        try {
            store.commit(changes);
            return true;
        } catch (Store.RevisionConflictException | Store.KeyExistsException e) {
            LOG.debug("not repaired this time: {}", e.getMessage());
            return false;
        }
    }

    private void tellOnce(StoredObject about, String reason, String action, String message) {
        if (told.add(about.key() + " " + message)) {
            tell(about, reason, action, message);
        }
    }

    private void tell(StoredObject about, String reason, String action, String message) {
        MapValue object = about.value();
        MapValue metadata = object.map("metadata");
        String namespace =
                about.key().namespace().isEmpty() ? "default" : about.key().namespace();
        String name =
                about.key().name() + "." + Long.toHexString(ranges.random().nextLong() >>> 1);
        MapValue involved = MapValue.of(
                "apiVersion",
                about.key().resource().equals("services") ? "v1" : "networking.k8s.io/v1",
                "kind",
                about.key().resource().equals("services") ? "Service" : "IPAddress",
                "name",
                about.key().name(),
                "resourceVersion",
                Long.toString(about.revision()),
                "uid",
                metadata.string("uid"));
        if (!about.key().namespace().isEmpty()) {
            involved = involved.with("namespace", about.key().namespace());
        }
        Key key = new Key("events", namespace, name);
        MapValue event = MapValue.builder(14)
                .put("action", action)
                .put("apiVersion", "v1")
                .put("eventTime", Times.formatMicro(clock.instant()))
                .put("firstTimestamp", null)
                .put("involvedObject", involved)
                .put("kind", "Event")
                .put("lastTimestamp", null)
                .put("message", message)
                .put(
                        "metadata",
                        MapValue.of(
                                "creationTimestamp",
                                Times.format(clock.instant()),
                                "name",
                                name,
                                "namespace",
                                namespace,
                                "uid",
                                Uids.random(ranges.random())))
                .put("reason", reason)
                .put("reportingComponent", "ipallocator-repair-controller")
                .put("reportingInstance", "ipallocator-repair-controller")
                .put("source", MapValue.EMPTY)
                .put("type", "Warning")
                .build();
        try {
            store.create(key, event);
        } catch (Store.KeyExistsException e) {
            LOG.debug("an event is there already: {}", e.getMessage());
        }
    }
}
