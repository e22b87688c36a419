package dev.proa.server.podsecurity;

import static dev.proa.server.podsecurity.Subject.named;
import static dev.proa.server.podsecurity.Subject.plural;
import static dev.proa.server.podsecurity.Subject.quoted;
import static dev.proa.server.podsecurity.Subject.setters;

import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The checks that the level {@code restricted} has besides those of baseline, with Kubernetes' texts. */
final class RestrictedChecks {
    private static final Set<String> VOLUMES = Set.of(
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "image",
            "persistentVolumeClaim",
            "projected",
            "secret");
    private static final List<String> OTHER_VOLUMES = List.of(
            "hostPath",
            "gcePersistentDisk",
            "awsElasticBlockStore",
            "gitRepo",
            "nfs",
            "iscsi",
            "glusterfs",
            "rbd",
            "flexVolume",
            "cinder",
            "cephfs",
            "flocker",
            "fc",
            "azureFile",
            "vsphereVolume",
            "quobyte",
            "azureDisk",
            "photonPersistentDisk",
            "portworxVolume",
            "scaleIO",
            "storageos");

    private RestrictedChecks() {}

    static @Nullable Violation allowPrivilegeEscalation(Subject pod, int minor) {
        List<String> containers =
                pod.containersWith(context -> !Boolean.FALSE.equals(context.get("allowPrivilegeEscalation")));
        return containers.isEmpty() || minor >= 25 && pod.isForWindows()
                ? null
                : new Violation(
                        "allowPrivilegeEscalation != false",
                        named("container", containers) + " must set securityContext.allowPrivilegeEscalation=false");
    }

    static @Nullable Violation capabilities(Subject pod, int minor) {
        if (minor >= 25 && pod.isForWindows()) {
            return null;
        }
        List<String> keeping = pod.containersWith(
                context -> !context.map("capabilities").list("drop").contains("ALL"));
        Set<String> others = new TreeSet<>();
        List<String> adding = pod.containersWith(context ->
                BaselineChecks.noteOthers(context.map("capabilities").list("add"), Set.of("NET_BIND_SERVICE"), others));
        List<String> details = new ArrayList<>(2);
        if (!keeping.isEmpty()) {
            details.add(named("container", keeping) + " must set securityContext.capabilities.drop=[\"ALL\"]");
        }
        if (!adding.isEmpty()) {
            details.add(named("container", adding) + " must not include " + quoted(others)
                    + " in securityContext.capabilities.add");
        }
        return details.isEmpty() ? null : new Violation("unrestricted capabilities", String.join("; ", details));
    }

    static @Nullable Violation volumes(Subject pod) {
        List<String> names = new ArrayList<>();
        Set<String> types = new TreeSet<>();
        for (MapValue volume : Subject.maps(pod.spec().list("volumes"))) {
            if (VOLUMES.stream().noneMatch(volume::has)) {
                names.add(volume.string("name"));
                types.add(OTHER_VOLUMES.stream().filter(volume::has).findFirst().orElse("unknown"));
            }
        }
        return names.isEmpty()
                ? null
                : new Violation(
                        "restricted volume types",
                        named("volume", names) + (names.size() == 1 ? " uses " : " use ")
                                + plural("restricted volume type", types) + " " + quoted(types));
    }

    static @Nullable Violation runAsNonRoot(Subject pod, int minor) {
        if (minor >= 35 && pod.hasOwnUsers()) {
            return null;
        }
        Object ofPod = pod.context().get("runAsNonRoot");
        String setters = setters(
                Boolean.FALSE.equals(ofPod),
                pod.containersWith(context -> Boolean.FALSE.equals(context.get("runAsNonRoot"))));
        List<String> without = Boolean.TRUE.equals(ofPod)
                ? List.of()
                : pod.containersWith(context -> context.get("runAsNonRoot") == null);
        if (!setters.isEmpty()) {
            return new Violation("runAsNonRoot != true", setters + " must not set securityContext.runAsNonRoot=false");
        }
        return without.isEmpty()
                ? null
                : new Violation(
                        "runAsNonRoot != true",
                        "pod or " + named("container", without) + " must set securityContext.runAsNonRoot=true");
    }

    static @Nullable Violation runAsUser(Subject pod, int minor) {
        if (minor >= 35 && pod.hasOwnUsers()) {
            return null;
        }
        String setters = setters(
                Objects.equals(pod.context().get("runAsUser"), 0L),
                pod.containersWith(context -> Objects.equals(context.get("runAsUser"), 0L)));
        return setters.isEmpty() ? null : new Violation("runAsUser=0", setters + " must not set runAsUser=0");
    }

    static @Nullable Violation seccompProfile(Subject pod, int minor) {
        if (minor >= 25 && pod.isForWindows()) {
            return null;
        }
        Violation bad = BaselineChecks.seccompProfile(pod);
        if (bad != null) {
            return bad;
        }
        List<String> without = pod.context().has("seccompProfile")
                ? List.of()
                : pod.containersWith(context -> !context.has("seccompProfile"));
        return without.isEmpty()
                ? null
                : new Violation(
                        "seccompProfile",
                        "pod or " + named("container", without)
                                + " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
    }
}
