package dev.proa.node.kubelet.device;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A ResourceClaim whose devices are prepared on this node, or are being prepared.
 *
 * @param pods the uids of the pods that use it
 * @param drivers the devices by the names of their drivers, also of those that have none for it
 * @param prepared whether this process has prepared it
 */
record PreparedClaim(
        String namespace,
        String name,
        String uid,
        Set<String> pods,
        Map<String, List<Device>> drivers,
        boolean prepared) {
    /**
     * A device as its driver told it.
     *
     * @param requests of the claim that it is for; empty for all
     * @param cdiDevices the names by which the runtime knows it
     */
    record Device(String pool, String name, @Nullable String shareId, List<String> requests, List<String> cdiDevices) {
        Device {
            requests = List.copyOf(requests);
            cdiDevices = List.copyOf(cdiDevices);
        }
    }

    PreparedClaim {
        pods = new TreeSet<>(pods);
        drivers = new TreeMap<>(drivers);
    }

    /** What a driver is told of a claim. */
    record Reference(String namespace, String uid, String name) {}

    Reference reference() {
        return new Reference(namespace, uid, name);
    }

    PreparedClaim withPod(String pod) {
        Set<String> more = new LinkedHashSet<>(pods);
        more.add(pod);
        return new PreparedClaim(namespace, name, uid, more, drivers, prepared);
    }

    PreparedClaim withoutPod(String pod) {
        Set<String> fewer = new LinkedHashSet<>(pods);
        fewer.remove(pod);
        return new PreparedClaim(namespace, name, uid, fewer, drivers, prepared);
    }

    PreparedClaim withDevices(String driver, List<Device> devices) {
        Map<String, List<Device>> more = new HashMap<>(drivers);
        more.put(driver, devices);
        return new PreparedClaim(namespace, name, uid, pods, more, prepared);
    }

    PreparedClaim done() {
        return new PreparedClaim(namespace, name, uid, pods, drivers, true);
    }

    /** The names of the devices for a request of the claim; for an empty one, of all. */
    List<String> cdiDevices(String request) {
        return drivers.values().stream()
                .flatMap(List::stream)
                .filter(device -> request.isEmpty()
                        || device.requests().isEmpty()
                        || device.requests().contains(request))
                .flatMap(device -> device.cdiDevices().stream())
                .toList();
    }
}
