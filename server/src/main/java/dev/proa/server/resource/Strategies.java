package dev.proa.server.resource;

import dev.proa.api.value.MapValue;
import dev.proa.server.resource.ResourceStrategy.Spec;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Strategy} of every resource. Made when first asked for, so that a start pays only for the kinds it uses. Safe for
 * any thread.
 */
public final class Strategies {
    private final ConcurrentHashMap<String, Strategy> strategies = new ConcurrentHashMap<>();
    private final ServiceRanges ranges;
    private final InstantSource clock;

    /** With the clock of the machine. */
    public Strategies(ServiceRanges ranges) {
        this(ranges, InstantSource.system());
    }

    /**
     * @param ranges what services take their addresses and node ports from
     * @param clock tells when a condition was written that says it not itself
     */
    public Strategies(ServiceRanges ranges, InstantSource clock) {
        this.ranges = ranges;
        this.clock = clock;
    }

    /** Marks as taken what the services in the store have. To be called before the first request. */
    public void restore(Snapshot snapshot) {
        for (StoredObject service : snapshot.list("services", null, null)) {
            ranges.mark(ServiceAllocation.addresses(service.value()), ServiceAllocation.nodePorts(service.value()));
        }
    }

    /**
     * The strategy of a version of a resource.
     *
     * @param group empty for the core group
     * @param namespaced whether its objects are in namespaces; asked for only when the resource is not built in
     */
    public Strategy of(String group, String version, String resource, boolean namespaced) {
        String key = group + '/' + version + '/' + resource;
        Strategy strategy = strategies.get(key);
        return strategy != null
                ? strategy
                : strategies.computeIfAbsent(key, unused -> {
                    Strategy builtIn = builtIn(group, version, resource);
                    return builtIn != null
                            ? builtIn
                            : new ResourceStrategy(new Spec(group, version, resource, namespaced).foreign());
                });
    }

    private @Nullable Strategy builtIn(String group, String version, String resource) {
        return switch (group) {
            case "" -> core(resource);
            case "apps" -> apps(resource);
            case "batch" -> batch(resource);
            case "autoscaling" -> autoscaling(version);
            case "events.k8s.io" -> new EventStrategy(true);
            case "coordination.k8s.io", "discovery.k8s.io", "node.k8s.io", "policy", "scheduling.k8s.io" ->
                small(group, resource);
            case "networking.k8s.io" -> networking(resource);
            case "rbac.authorization.k8s.io" -> rbac(resource);
            case "storage.k8s.io" -> storage(resource);
            case "admissionregistration.k8s.io" -> admission(resource);
            case "flowcontrol.apiserver.k8s.io" -> flowControl(resource);
            case "resource.k8s.io" -> devices(resource);
            case "apiextensions.k8s.io", "apiregistration.k8s.io", "certificates.k8s.io" -> extension(group, resource);
            default -> null;
        };
    }

    private @Nullable Strategy core(String resource) {
        return switch (resource) {
            case "configmaps" ->
                new ResourceStrategy(namespaced("", resource).metadataOnceMore().validate(CoreValidation::configMap));
            case "endpoints" ->
                new ResourceStrategy(namespaced("", resource)
                        .createOnUpdate()
                        .defaults(CoreDefaults::endpoints)
                        .validate(CoreValidation::endpoints));
            case "events" -> new EventStrategy(false);
            case "limitranges" ->
                new LimitRangeStrategy(namespaced("", resource)
                        .createOnUpdate()
                        .defaults(CoreDefaults::limitRange)
                        .validate(LimitsValidation::limitRange));
            case "namespaces" -> new NamespaceStrategy();
            case "nodes" ->
                new ResourceStrategy(cluster("", resource)
                        .checkedTwice()
                        .statusOnCreate()
                        .defaults(CoreDefaults::node)
                        .onCreate(node -> CoreDefaults.withoutConfigSource(node, null))
                        .onUpdate(CoreDefaults::withoutConfigSource)
                        .validate(CoreValidation::node)
                        .warnings(CoreWarnings::node)
                        .fields("spec.unschedulable")
                        .absentField("false"));
            case "persistentvolumes" ->
                new ResourceStrategy(cluster("", resource)
                        .status("phase", "Pending")
                        .checkedTwice()
                        .defaults(CoreDefaults::persistentVolume)
                        .validate(PersistentVolumeValidation::volume));
            case "persistentvolumeclaims" ->
                new ResourceStrategy(namespaced("", resource)
                        .status("phase", "Pending")
                        .defaults(CoreDefaults::persistentVolumeClaim)
                        .onCreate(claim -> PersistentVolumeValidation.withSources(claim, null))
                        .onUpdate(PersistentVolumeValidation::withSources)
                        .validate(PersistentVolumeValidation::claim));
            case "pods" -> new PodStrategy();
            case "podtemplates" ->
                new ResourceStrategy(namespaced("", resource)
                        .generation()
                        .defaults(object -> object.withMap("template", PodDefaults::template))
                        .validate(CoreValidation::podTemplate));
            case "replicationcontrollers" ->
                new ResourceStrategy(namespaced("", resource)
                        .names(NameRule.LONG_NAME)
                        .status("replicas", 0L)
                        .generation()
                        .defaults(WorkloadDefaults::replicationController)
                        .validate(WorkloadValidation::replicationController)
                        .fields("status.replicas")
                        .absentField("0"));
            case "resourcequotas" ->
                new ResourceStrategy(namespaced("", resource)
                        .status()
                        .defaults(CoreDefaults::resourceQuota)
                        .validate(LimitsValidation::quota));
            case "secrets" ->
                new ResourceStrategy(namespaced("", resource)
                        .defaults(CoreDefaults::secret)
                        .validate(CoreValidation::secret)
                        .warnings(CoreWarnings::secret)
                        .fields("type"));
            case "serviceaccounts" ->
                new ResourceStrategy(namespaced("", resource)
                        .onCreate(CoreDefaults::namesOfSecrets)
                        .onUpdate((account, old) -> CoreDefaults.namesOfSecrets(account)));
            case "services" -> new ServiceStrategy(ranges);
            default -> null;
        };
    }

    private @Nullable Strategy apps(String resource) {
        Spec spec = namespaced("apps", resource);
        return switch (resource) {
            case "deployments" ->
                new ResourceStrategy(spec.status()
                        .generation()
                        .annotationsAreDesired()
                        .defaults(WorkloadDefaults::deployment)
                        .warnings(PodWarnings::ofTemplate)
                        .validate(WorkloadValidation::deployment)
                        .validateStatus(StatusValidation::deployment));
            case "replicasets" ->
                new ResourceStrategy(spec.status("replicas", 0L)
                        .generation()
                        .defaults(WorkloadDefaults::replicaSet)
                        .warnings(PodWarnings::ofTemplate)
                        .validate(WorkloadValidation::replicaSet)
                        .validateStatus(StatusValidation::replicaSet));
            case "statefulsets" ->
                new ResourceStrategy(spec.names(NameRule.LABEL)
                        .status("replicas", 0L, "availableReplicas", 0L)
                        .generation()
                        .defaults(WorkloadDefaults::statefulSet)
                        .onCreate(set -> WorkloadDefaults.withoutMaxUnavailable(set, null))
                        .onUpdate(WorkloadDefaults::withoutMaxUnavailable)
                        .warnings(PodWarnings::ofTemplate)
                        .validate(WorkloadValidation::statefulSet));
            case "controllerrevisions" -> new ResourceStrategy(spec.validate(WorkloadValidation::controllerRevision));
            case "daemonsets" ->
                new DaemonSetStrategy(spec.status(
                                "currentNumberScheduled",
                                0L,
                                "desiredNumberScheduled",
                                0L,
                                "numberMisscheduled",
                                0L,
                                "numberReady",
                                0L)
                        .generation()
                        .defaults(WorkloadDefaults::daemonSet)
                        .validate(WorkloadValidation::daemonSet));
            default -> null;
        };
    }

    private @Nullable Strategy batch(String resource) {
        Spec spec = namespaced("batch", resource);
        return switch (resource) {
            case "jobs" ->
                new JobStrategy(spec.status()
                        .checkedTwice()
                        .generation()
                        .defaults(WorkloadDefaults::job)
                        .validate(JobValidation::job));
            case "cronjobs" ->
                new ResourceStrategy(spec.status()
                        .generation()
                        .defaults(WorkloadDefaults::cronJob)
                        .validate(JobValidation::cronJob));
            default -> null;
        };
    }

    private static Strategy autoscaling(String version) {
        return new AutoscalerStrategy(version);
    }

    private @Nullable Strategy small(String group, String resource) {
        return switch (resource) {
            case "leases" ->
                new ResourceStrategy(namespaced(group, resource)
                        .createOnUpdate()
                        .conditionalUpdate()
                        .onCreate(lease -> CoreDefaults.uncoordinated(lease, MapValue.EMPTY))
                        .onUpdate(CoreDefaults::uncoordinated)
                        .validate(CoreValidation::lease));
            case "endpointslices" ->
                new ResourceStrategy(namespaced(group, resource)
                        .generation()
                        .defaults(NetworkingDefaults::endpointSlice)
                        .onCreate(slice -> NetworkingDefaults.withoutTopology(slice, null))
                        .onUpdate(NetworkingDefaults::withoutTopology)
                        .validate(CoreValidation::endpointSlice));
            case "runtimeclasses" ->
                new ResourceStrategy(cluster(group, resource)
                        .createOnUpdate()
                        .conditionalUpdate()
                        .defaults(RuntimeClassDefaults::fill)
                        .validate(RuntimeClassValidation::check));
            case "poddisruptionbudgets" ->
                new ResourceStrategy(namespaced(group, resource)
                        .names(NameRule.PATH_SEGMENT)
                        .status(
                                "currentHealthy",
                                0L,
                                "desiredHealthy",
                                0L,
                                "disruptionsAllowed",
                                0L,
                                "expectedPods",
                                0L)
                        .generation()
                        .conditionalUpdate()
                        .validate(DisruptionBudgetValidation::check));
            case "priorityclasses" ->
                new ResourceStrategy(cluster(group, resource)
                        .firstGeneration()
                        .defaults(PriorityClassDefaults::fill)
                        .validate(PriorityClassValidation::check));
            default -> null;
        };
    }

    private @Nullable Strategy networking(String resource) {
        String group = "networking.k8s.io";
        return switch (resource) {
            case "ingresses" ->
                new ResourceStrategy(namespaced(group, resource)
                        .metadataOnceMore()
                        .status()
                        .generation()
                        .validate(NetworkingValidation::ingress));
            case "networkpolicies" ->
                new ResourceStrategy(namespaced(group, resource)
                        .generation()
                        .defaults(NetworkingDefaults::networkPolicy)
                        .validate(NetworkingValidation::networkPolicy));
            case "ingressclasses" ->
                new ResourceStrategy(cluster(group, resource)
                        .generation()
                        .defaults(NetworkingDefaults::ingressClass)
                        .validate(NetworkingValidation::ingressClass));
            case "servicecidrs" ->
                new ResourceStrategy(cluster(group, resource).status().validate(NetworkingValidation::serviceCidr));
            case "ipaddresses" ->
                new ResourceStrategy(
                        cluster(group, resource).names(NameRule.IP_ADDRESS).validate(NetworkingValidation::ipAddress));
            default -> null;
        };
    }

    private @Nullable Strategy rbac(String resource) {
        String group = "rbac.authorization.k8s.io";
        Spec spec = resource.startsWith("cluster") ? cluster(group, resource) : namespaced(group, resource);
        spec.createOnUpdate().names(NameRule.PATH_SEGMENT);
        return switch (resource) {
            case "roles" -> new ResourceStrategy(spec.validate(RbacValidation::role));
            case "clusterroles" -> new ResourceStrategy(spec.validate(RbacValidation::clusterRole));
            case "rolebindings" ->
                new ResourceStrategy(spec.defaults(RbacDefaults::roleBinding).validate(RbacValidation::roleBinding));
            case "clusterrolebindings" ->
                new ResourceStrategy(
                        spec.defaults(RbacDefaults::roleBinding).validate(RbacValidation::clusterRoleBinding));
            default -> null;
        };
    }

    private @Nullable Strategy storage(String resource) {
        String group = "storage.k8s.io";
        return switch (resource) {
            case "storageclasses" ->
                new ResourceStrategy(cluster(group, resource)
                        .checkedTwice()
                        .defaults(StorageDefaults::storageClass)
                        .validate(StorageValidation::storageClass));
            case "csidrivers" ->
                new ResourceStrategy(cluster(group, resource)
                        .conditionalUpdate()
                        .defaults(StorageDefaults::csiDriver)
                        .validate(StorageValidation::driver));
            case "csinodes" ->
                new ResourceStrategy(
                        cluster(group, resource).conditionalUpdate().validate(StorageValidation::node));
            case "csistoragecapacities" ->
                new ResourceStrategy(
                        namespaced(group, resource).conditionalUpdate().validate(StorageValidation::capacity));
            case "volumeattributesclasses" ->
                new ResourceStrategy(cluster(group, resource).validate(StorageValidation::attributesClass));
            case "volumeattachments" ->
                new ResourceStrategy(cluster(group, resource)
                        .status("attached", false)
                        .conditionalUpdate()
                        .validate(StorageValidation::attachment));
            default -> null;
        };
    }

    private @Nullable Strategy admission(String resource) {
        Spec spec =
                cluster("admissionregistration.k8s.io", resource).generation().conditionalUpdate();
        return switch (resource) {
            case "validatingwebhookconfigurations" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::validatingWebhooks)
                        .validate(AdmissionValidation::validatingWebhooks));
            case "mutatingwebhookconfigurations" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::mutatingWebhooks)
                        .validate(AdmissionValidation::mutatingWebhooks));
            case "validatingadmissionpolicies" ->
                new ResourceStrategy(spec.status()
                        .defaults(AdmissionDefaults::admissionPolicy)
                        .validate(AdmissionValidation::validatingPolicy));
            case "mutatingadmissionpolicies" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::admissionPolicy)
                        .validate(AdmissionValidation::mutatingPolicy));
            case "validatingadmissionpolicybindings" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::admissionPolicyBinding)
                        .validate(AdmissionValidation::validatingBinding));
            case "mutatingadmissionpolicybindings" ->
                new ResourceStrategy(spec.defaults(AdmissionDefaults::admissionPolicyBinding)
                        .validate(AdmissionValidation::mutatingBinding));
            default -> null;
        };
    }

    private @Nullable Strategy flowControl(String resource) {
        Spec spec = cluster("flowcontrol.apiserver.k8s.io", resource).status().generation();
        return switch (resource) {
            case "flowschemas" ->
                new ResourceStrategy(spec.defaults(FlowDefaults::flowSchema).validate(FlowValidation::schema));
            case "prioritylevelconfigurations" ->
                new ResourceStrategy(spec.defaults(FlowDefaults::priorityLevel).validate(FlowValidation::level));
            default -> null;
        };
    }

    private @Nullable Strategy devices(String resource) {
        String group = "resource.k8s.io";
        return switch (resource) {
            case "resourceclaims" ->
                new ResourceStrategy(namespaced(group, resource)
                        .status()
                        .defaults(object -> object.withMap("spec", DeviceDefaults::resourceClaimSpec))
                        .validate(DeviceValidation::claim));
            case "resourceclaimtemplates" ->
                new ResourceStrategy(namespaced(group, resource)
                        .defaults(object ->
                                object.withMap("spec", spec -> spec.withMap("spec", DeviceDefaults::resourceClaimSpec)))
                        .checkedTwice()
                        .validate(DeviceValidation::template));
            case "deviceclasses" ->
                new ResourceStrategy(cluster(group, resource)
                        .names(NameRule.LONG_NAME)
                        .generation()
                        .validate(DeviceValidation::deviceClass));
            case "resourceslices" ->
                new ResourceStrategy(cluster(group, resource)
                        .generation()
                        .fields("spec.nodeName", "spec.driver")
                        .defaults(DeviceDefaults::resourceSlice)
                        .validate(SliceValidation::check));
            default -> null;
        };
    }

    private @Nullable Strategy extension(String group, String resource) {
        return switch (resource) {
            case "customresourcedefinitions" ->
                new ResourceStrategy(cluster(group, resource)
                        .status()
                        .generation()
                        .conditionalUpdate()
                        .defaults(ExtensionDefaults::customResourceDefinition)
                        .validate(DefinitionValidation::check));
            case "apiservices" ->
                new ResourceStrategy(cluster(group, resource)
                        .names(NameRule.PATH_SEGMENT)
                        .status()
                        .defaults(ExtensionDefaults::apiService)
                        .validate(ApiServiceValidation::check));
            case "certificatesigningrequests" ->
                new SigningRequestStrategy(
                        cluster(group, resource)
                                .names(NameRule.PATH_SEGMENT)
                                .validate(SigningRequestValidation::check)
                                .status()
                                .fields("spec.signerName"),
                        clock);
            default -> null;
        };
    }

    private static Spec namespaced(String group, String resource) {
        return new Spec(group, "v1", resource, true);
    }

    private static Spec cluster(String group, String resource) {
        return new Spec(group, "v1", resource, false);
    }
}
