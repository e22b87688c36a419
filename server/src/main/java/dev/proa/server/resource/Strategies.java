package dev.proa.server.resource;

import dev.proa.server.resource.access.AccessStrategies;
import dev.proa.server.resource.core.CoreStrategies;
import dev.proa.server.resource.device.DeviceStrategies;
import dev.proa.server.resource.extension.ExtensionStrategies;
import dev.proa.server.resource.network.NetworkStrategies;
import dev.proa.server.resource.network.ServiceRanges;
import dev.proa.server.resource.pod.PodStrategies;
import dev.proa.server.resource.scheduling.SchedulingStrategies;
import dev.proa.server.resource.storage.StorageStrategies;
import dev.proa.server.resource.workload.WorkloadStrategies;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.strategy.ResourceStrategy.Spec;
import dev.proa.server.strategy.Strategy;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Makes the {@link Strategy} of a resource: a new one with each call. Thread-safe. */
public final class Strategies {
    private final ServiceRanges ranges;
    private final InstantSource clock;

    /** With the system clock. */
    public Strategies(ServiceRanges ranges) {
        this(ranges, InstantSource.system());
    }

    /**
     * @param ranges the addresses and node ports of services
     * @param clock for the times of conditions that have none
     */
    public Strategies(ServiceRanges ranges, InstantSource clock) {
        this.ranges = ranges;
        this.clock = clock;
    }

    /**
     * A strategy of a version of a resource.
     *
     * @param group empty for the core group
     * @param namespaced whether its objects are in namespaces; asked for only when the resource is not built in
     */
    public Strategy of(String group, String version, String resource, boolean namespaced) {
        Strategy builtIn = builtIn(group, version, resource);
        return builtIn != null
                ? builtIn
                : new ResourceStrategy(new Spec(group, version, resource, namespaced).foreign());
    }

    private @Nullable Strategy builtIn(String group, String version, String resource) {
        return switch (group) {
            case "" -> core(resource);
            case "admissionregistration.k8s.io" -> ExtensionStrategies.admission(resource);
            case "apiextensions.k8s.io" -> ExtensionStrategies.definitions(resource);
            case "apiregistration.k8s.io" -> ExtensionStrategies.apiServices(resource);
            case "apps" -> WorkloadStrategies.apps(resource);
            case "autoscaling" -> WorkloadStrategies.autoscaling(version);
            case "batch" -> WorkloadStrategies.batch(resource);
            case "certificates.k8s.io" -> AccessStrategies.certificates(resource, clock);
            case "coordination.k8s.io" -> CoreStrategies.coordination(resource);
            case "discovery.k8s.io" -> NetworkStrategies.discovery(resource);
            case "events.k8s.io" -> CoreStrategies.events();
            case "flowcontrol.apiserver.k8s.io" -> AccessStrategies.flowControl(resource);
            case "networking.k8s.io" -> NetworkStrategies.networking(resource);
            case "node.k8s.io" -> SchedulingStrategies.node(resource);
            case "policy" -> WorkloadStrategies.policy(resource);
            case "rbac.authorization.k8s.io" -> AccessStrategies.rbac(resource);
            case "resource.k8s.io" -> DeviceStrategies.devices(resource);
            case "scheduling.k8s.io" -> SchedulingStrategies.scheduling(resource);
            case "storage.k8s.io" -> StorageStrategies.storage(resource);
            default -> null;
        };
    }

    private @Nullable Strategy core(String resource) {
        return switch (resource) {
            case "pods", "persistentvolumes", "persistentvolumeclaims" -> PodStrategies.core(resource, clock);
            case "services", "endpoints" -> NetworkStrategies.core(resource, ranges);
            case "replicationcontrollers" -> WorkloadStrategies.core(resource);
            default -> CoreStrategies.core(resource);
        };
    }
}
