package dev.proa.node.kubelet.device;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodResourceClaim;
import dev.proa.api.core.v1.PodResourceClaimStatus;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.node.kubelet.device.DriverMessages.Result;
import dev.proa.node.kubelet.device.PreparedClaim.Reference;
import dev.proa.node.metrics.DeviceMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has drivers prepare the devices of ResourceClaims before a pod starts, and unprepare them when no pod of this node uses them any more
 * (KEP-4381). What is prepared survives this process in a file. Thread-safe; drivers are asked without a lock, and must bear to be asked twice.
 */
public final class DynamicResources {
    private static final Logger LOG = LoggerFactory.getLogger(DynamicResources.class);

    private final Client client;
    private final DriverPlugins drivers;
    private final PreparedClaims claims;
    private final DeviceMetrics metrics;

    /**
     * @param checkpoint the file of what is prepared
     * @throws IllegalStateException when that is damaged
     */
    public DynamicResources(Client client, DriverPlugins drivers, Path checkpoint, DeviceMetrics metrics) {
        this.client = client;
        this.drivers = drivers;
        this.metrics = metrics;
        this.claims = new PreparedClaims(new ClaimCheckpoint(checkpoint));
    }

    /** Prepares the devices of a pod, whose containers do not run yet. Blocks. Idempotent. */
    public void prepare(Pod pod) throws DeviceFailure {
        if (!pod.spec().resourceClaims().isEmpty()) {
            timed("PrepareResources", () -> prepareAll(pod));
        }
    }

    private interface Operation {
        void run() throws DeviceFailure;
    }

    private void timed(String name, Operation operation) throws DeviceFailure {
        long start = System.nanoTime();
        boolean failed = true;
        try {
            operation.run();
            failed = false;
        } finally {
            metrics.operated(name, failed, System.nanoTime() - start);
        }
    }

    private void prepareAll(Pod pod) throws DeviceFailure {
        try {
            List<PreparedClaim> wanted = new ArrayList<>();
            Map<String, DriverPlugin> plugins = new TreeMap<>();
            // Nothing is noted before all is known to be there: what is noted has to be unprepared.
            for (PodResourceClaim of : pod.spec().resourceClaims()) {
                String name = name(pod, of);
                if (name != null) {
                    PreparedClaim claim = fetch(pod, name, !of.hasResourceClaimName());
                    wanted.add(claim);
                    for (String driver : claim.drivers().keySet()) {
                        plugins.put(driver, drivers.find(driver));
                    }
                }
            }
            ask(begin(pod, wanted), plugins);
        } catch (DeviceFailure | UncheckedIOException e) {
            throw new DeviceFailure("prepare dynamic resources: " + e.getMessage());
        }
    }

    /** The name of a pod's claim; null when it does without. */
    private static @Nullable String name(Pod pod, PodResourceClaim of) throws DeviceFailure {
        if (of.hasResourceClaimName()) {
            return of.resourceClaimName();
        }
        for (PodResourceClaimStatus made : pod.status().resourceClaimStatuses()) {
            if (made.name().equals(of.name())) {
                return made.hasResourceClaimName() ? made.resourceClaimName() : null;
            }
        }
        throw new DeviceFailure("pod \"" + pod.namespace() + "/" + pod.name() + "\": ResourceClaim not created yet");
    }

    private PreparedClaim fetch(Pod pod, String name, boolean made) throws DeviceFailure {
        ResourceClaim claim;
        try {
            claim = client.resource(ResourceClaim.KIND).in(pod.namespace()).get(name);
        } catch (StatusException | TransportException e) {
            throw new DeviceFailure("fetch ResourceClaim " + name + ": " + e.getMessage());
        }
        String key = pod.namespace() + "/" + name;
        if (made
                && claim.metadata().ownerReferences().stream()
                        .noneMatch(owner -> owner.controller() && owner.uid().equals(pod.uid()))) {
            throw new DeviceFailure("ResourceClaim " + key + " was not created for Pod " + pod.namespace() + "/"
                    + pod.name() + " (Pod is not owner)");
        }
        if (claim.status().reservedFor().stream()
                .noneMatch(consumer -> consumer.uid().equals(pod.uid()))) {
            throw new DeviceFailure("pod " + pod.name() + " (" + pod.uid() + ") is not allowed to use ResourceClaim "
                    + name + " (" + claim.uid() + ")");
        }
        if (!claim.status().hasAllocation()) {
            throw new DeviceFailure("ResourceClaim " + name + ": not allocated");
        }
        Map<String, List<PreparedClaim.Device>> none = new TreeMap<>();
        claim.status().allocation().devices().results().forEach(result -> none.put(result.driver(), List.of()));
        return new PreparedClaim(pod.namespace(), name, claim.uid(), Set.of(), none, false);
    }

    /** Notes that a pod uses claims, and returns those that are still to be prepared. */
    private synchronized List<PreparedClaim> begin(Pod pod, List<PreparedClaim> wanted) throws DeviceFailure {
        List<PreparedClaim> rest = new ArrayList<>();
        for (PreparedClaim claim : wanted) {
            PreparedClaim known = claims.find(claim.namespace(), claim.name());
            if (known != null && !known.uid().equals(claim.uid())) {
                throw new DeviceFailure("old ResourceClaim with same name " + claim.name() + " and different UID "
                        + known.uid() + " still exists (previous pod force-deleted?!)");
            }
            PreparedClaim used = (known == null ? claim : known).withPod(pod.uid());
            claims.put(used);
            if (!used.prepared()) {
                rest.add(used);
            }
        }
        claims.save();
        return rest;
    }

    private void ask(List<PreparedClaim> rest, Map<String, DriverPlugin> plugins) throws DeviceFailure {
        for (Map.Entry<String, List<PreparedClaim>> batch : byDriver(rest).entrySet()) {
            String driver = batch.getKey();
            DriverPlugin plugin = plugins.containsKey(driver) ? plugins.get(driver) : drivers.find(driver);
            Map<PreparedClaim, Result> results = results("NodePrepareResources", batch.getValue(), plugin::prepare);
            synchronized (this) {
                results.forEach(
                        (claim, result) -> claims.change(claim, found -> found.withDevices(driver, result.devices())));
            }
        }
        synchronized (this) {
            rest.forEach(claim -> claims.change(claim, PreparedClaim::done));
            save();
        }
    }

    private static Map<String, List<PreparedClaim>> byDriver(List<PreparedClaim> claims) {
        Map<String, List<PreparedClaim>> batches = new TreeMap<>();
        for (PreparedClaim claim : claims) {
            claim.drivers()
                    .keySet()
                    .forEach(driver -> batches.computeIfAbsent(driver, first -> new ArrayList<>())
                            .add(claim));
        }
        return batches;
    }

    private interface Call {
        Map<String, Result> of(List<Reference> claims) throws IOException;
    }

    /** Asks a driver about claims; it must say of each that it has succeeded. */
    private static Map<PreparedClaim, Result> results(String method, List<PreparedClaim> batch, Call call)
            throws DeviceFailure {
        Map<String, Result> results;
        try {
            results = call.of(batch.stream().map(PreparedClaim::reference).toList());
        } catch (IOException e) {
            throw new DeviceFailure(method + ": " + e.getMessage());
        }
        Map<String, PreparedClaim> byUid = batch.stream()
                .collect(Collectors.toMap(PreparedClaim::uid, claim -> claim, (one, same) -> one, LinkedHashMap::new));
        Map<PreparedClaim, Result> byClaim = new LinkedHashMap<>();
        for (Map.Entry<String, Result> entry : results.entrySet()) {
            PreparedClaim claim = byUid.get(entry.getKey());
            if (claim == null) {
                throw new DeviceFailure(method + " returned result for unknown claim UID " + entry.getKey());
            }
            if (!entry.getValue().error().isEmpty()) {
                throw new DeviceFailure(method + " failed for ResourceClaim " + claim.name() + ": "
                        + entry.getValue().error());
            }
            byClaim.put(claim, entry.getValue());
        }
        if (byClaim.size() < byUid.size()) {
            throw new DeviceFailure(method + " skipped " + (byUid.size() - byClaim.size()) + " ResourceClaims");
        }
        return byClaim;
    }

    /** The devices that a container of a pod, which is prepared, gets from its runtime, by their names for the CDI. */
    public List<String> cdiDevices(Pod pod, Container container) throws DeviceFailure {
        List<String> devices = new ArrayList<>();
        for (PodResourceClaim of : pod.spec().resourceClaims()) {
            List<String> requests = container.resources().claims().stream()
                    .filter(claim -> claim.name().equals(of.name()))
                    .map(claim -> claim.request())
                    .toList();
            String name = requests.isEmpty() ? null : name(pod, of);
            if (name != null) {
                PreparedClaim claim = find(pod.namespace(), name);
                requests.forEach(request -> devices.addAll(claim.cdiDevices(request)));
            }
        }
        return devices.stream().distinct().toList();
    }

    private synchronized PreparedClaim find(String namespace, String name) throws DeviceFailure {
        PreparedClaim claim = claims.find(namespace, name);
        if (claim == null) {
            throw new DeviceFailure("internal error: unable to get claim info for ResourceClaim " + name
                    + " in namespace " + namespace);
        }
        return claim;
    }

    /** Unprepares the devices of a pod whose containers have ended, unless other pods use them. Blocks. Idempotent. */
    public void unprepare(Pod pod) throws DeviceFailure {
        if (!pod.spec().resourceClaims().isEmpty()) {
            timed("UnprepareResources", () -> unprepare(pod.uid()));
        }
    }

    private void save() {
        claims.save();
        Map<String, Integer> byDriver = new TreeMap<>();
        List<PreparedClaim> used =
                claims.all().stream().filter(PreparedClaim::prepared).toList();
        used.forEach(claim -> claim.drivers().keySet().forEach(driver -> byDriver.merge(driver, 1, Integer::sum)));
        metrics.inUse(used.size(), byDriver);
    }

    private void unprepare(String pod) throws DeviceFailure {
        try {
            List<PreparedClaim> last = leave(pod);
            for (Map.Entry<String, List<PreparedClaim>> batch : byDriver(last).entrySet()) {
                DriverPlugin plugin = drivers.find(batch.getKey());
                results("NodeUnprepareResources", batch.getValue(), plugin::unprepare);
            }
            synchronized (this) {
                last.forEach(claims::remove);
                save();
            }
        } catch (DeviceFailure | UncheckedIOException e) {
            throw new DeviceFailure("unprepare dynamic resources: " + e.getMessage());
        }
    }

    /** Takes a pod from the claims that others use, too, and returns those that it uses alone. */
    private synchronized List<PreparedClaim> leave(String pod) {
        List<PreparedClaim> last = new ArrayList<>();
        for (PreparedClaim claim : claims.all()) {
            if (claim.pods().contains(pod)) {
                if (claim.pods().size() > 1) {
                    claims.put(claim.withoutPod(pod));
                } else {
                    last.add(claim);
                }
            }
        }
        return last;
    }

    /**
     * Unprepares what was prepared for pods that are gone, as those that were deleted while no kubelet ran.
     *
     * @param pods the uids of the pods of this node
     */
    public void reconcile(Set<String> pods) {
        List<String> gone;
        synchronized (this) {
            gone = claims.all().stream()
                    .flatMap(claim -> claim.pods().stream())
                    .filter(pod -> !pods.contains(pod))
                    .distinct()
                    .toList();
        }
        for (String pod : gone) {
            try {
                unprepare(pod);
            } catch (DeviceFailure e) {
                LOG.info("Pod {} is gone, but its devices could not be unprepared yet: {}", pod, e.getMessage());
            }
        }
    }
}
