package dev.proa.control.scheduler.framework;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A kind of change in the cluster: a resource and what happened to it. Plugins register for those that may make a pod schedulable
 * which they rejected; the scheduler reports each that happens.
 *
 * @param resource one of the constants of this class, or {@code plural.group} of a custom resource
 * @param actions what happened; when registering, any of these
 * @param label the name in logs and metrics
 */
public record ClusterEvent(String resource, Set<Action> actions, String label) {
    /** Any pod; plugins may register for it, and then hear of both kinds of pods below. */
    public static final String POD = "Pod";

    /** A pod that counts on a node. */
    public static final String ASSIGNED_POD = "AssignedPod";
    /** A pod without a node. */
    public static final String UNSCHEDULED_POD = "UnscheduledPod";

    public static final String NODE = "Node";
    public static final String PERSISTENT_VOLUME = "PersistentVolume";
    public static final String PERSISTENT_VOLUME_CLAIM = "PersistentVolumeClaim";
    public static final String STORAGE_CLASS = "StorageClass";
    public static final String CSI_NODE = "CSINode";
    public static final String CSI_DRIVER = "CSIDriver";
    public static final String CSI_STORAGE_CAPACITY = "CSIStorageCapacity";
    public static final String VOLUME_ATTACHMENT = "VolumeAttachment";
    public static final String RESOURCE_CLAIM = "ResourceClaim";
    public static final String RESOURCE_SLICE = "ResourceSlice";
    public static final String DEVICE_CLASS = "DeviceClass";
    /** Any resource. */
    public static final String WILDCARD = "*";

    public static final ClusterEvent UNSCHEDULED_POD_ADDED = of(UNSCHEDULED_POD, Action.ADD);
    public static final ClusterEvent ASSIGNED_POD_ADDED = of(ASSIGNED_POD, Action.ADD);
    public static final ClusterEvent ASSIGNED_POD_DELETED = of(ASSIGNED_POD, Action.DELETE);
    public static final ClusterEvent NODE_ADDED = of(NODE, Action.ADD);
    public static final ClusterEvent NODE_DELETED = of(NODE, Action.DELETE);
    /** Anything may have happened: what a plugin registers for that cannot say more. */
    public static final ClusterEvent ANY = new ClusterEvent(WILDCARD, EnumSet.allOf(Action.class), "Any");
    /** Not a change: a pod has been unschedulable for too long. */
    public static final ClusterEvent UNSCHEDULABLE_TIMEOUT =
            new ClusterEvent(WILDCARD, EnumSet.allOf(Action.class), "UnschedulableTimeout");

    /** Not a change: a plugin wants a pod to be tried. */
    public static final ClusterEvent FORCE_ACTIVATE =
            new ClusterEvent(WILDCARD, EnumSet.allOf(Action.class), "ForceActivate");

    /** What happened to a resource. */
    public enum Action {
        ADD,
        DELETE,
        UPDATE_NODE_ALLOCATABLE,
        UPDATE_NODE_LABEL,
        /** Also that a node was uncordoned. */
        UPDATE_NODE_TAINT,
        UPDATE_NODE_CONDITION,
        UPDATE_NODE_ANNOTATION,
        UPDATE_NODE_DECLARED_FEATURE,
        UPDATE_POD_LABEL,
        /** A pod asks for less of some resource. */
        UPDATE_POD_SCALE_DOWN,
        UPDATE_POD_TOLERATION,
        /** The last scheduling gate was removed. */
        UPDATE_POD_GATES_ELIMINATED,
        UPDATE_POD_GENERATED_RESOURCE_CLAIM,
        /** Any other update. */
        UPDATE_OTHER;

        /** All updates. */
        public static final Set<Action> UPDATE = Set.copyOf(EnumSet.range(UPDATE_NODE_ALLOCATABLE, UPDATE_OTHER));
    }

    public ClusterEvent {
        actions = Set.copyOf(actions);
    }

    public static ClusterEvent of(String resource, Action... actions) {
        Set<Action> set = EnumSet.noneOf(Action.class);
        set.addAll(Arrays.asList(actions));
        return new ClusterEvent(resource, set, label(resource, set));
    }

    /** As kube-scheduler calls it: {@code AssignedPodDelete}, {@code NodeUpdateNodeTaint}. */
    private static String label(String resource, Set<Action> actions) {
        StringBuilder label = new StringBuilder(resource.equals(UNSCHEDULED_POD) ? "UnschedulablePod" : resource);
        String separator = "";
        for (Action action : actions) {
            label.append(separator);
            separator = "|";
            for (String word : action.name().replace("_OTHER", "").split("_", -1)) {
                label.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
            }
        }
        return label.toString();
    }

    /** Whether this, as registered by a plugin, covers {@code event}. */
    public boolean covers(ClusterEvent event) {
        boolean same = resource.equals(WILDCARD)
                || event.resource.equals(WILDCARD)
                || resource.equals(event.resource)
                || resource.equals(POD)
                        && (event.resource.equals(ASSIGNED_POD) || event.resource.equals(UNSCHEDULED_POD));
        return same && event.actions.stream().anyMatch(actions::contains);
    }
}
