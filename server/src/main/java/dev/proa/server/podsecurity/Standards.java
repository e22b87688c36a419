package dev.proa.server.podsecurity;

import dev.proa.server.podsecurity.LevelVersion.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which checks a level has, in each version, in the order in which messages tell of them. */
final class Standards {
    private Standards() {}

    /** What the level forbids of what a pod does; empty when the pod may be. */
    static List<Violation> violations(LevelVersion policy, Subject pod) {
        if (policy.isPrivileged()) {
            return List.of();
        }
        boolean restricted = policy.level() == Level.RESTRICTED;
        int minor = policy.minor();
        List<Violation> found = new ArrayList<>();
        add(found, BaselineChecks.appArmorProfile(pod));
        if (!restricted || minor < 22) {
            add(found, BaselineChecks.capabilities(pod));
        }
        add(found, BaselineChecks.hostNamespaces(pod));
        if (!restricted) {
            add(found, BaselineChecks.hostPathVolumes(pod));
        }
        add(found, BaselineChecks.hostPorts(pod));
        if (minor >= 34) {
            add(found, BaselineChecks.probeHosts(pod));
        }
        add(found, BaselineChecks.privileged(pod));
        if (minor < 35 || !restricted && !pod.hasOwnUsers()) {
            add(found, BaselineChecks.procMount(pod));
        }
        add(found, BaselineChecks.seLinuxOptions(pod, minor));
        if (minor < 19) {
            add(found, BaselineChecks.seccompAnnotations(pod));
        } else if (!restricted) {
            add(found, BaselineChecks.seccompProfile(pod));
        }
        add(found, BaselineChecks.sysctls(pod, minor));
        add(found, BaselineChecks.hostProcess(pod));
        if (restricted) {
            addRestricted(found, pod, minor);
        }
        return found;
    }

    private static void addRestricted(List<Violation> found, Subject pod, int minor) {
        if (minor >= 8) {
            add(found, RestrictedChecks.allowPrivilegeEscalation(pod, minor));
        }
        if (minor >= 22) {
            add(found, RestrictedChecks.capabilities(pod, minor));
        }
        if (minor >= 35) {
            add(found, BaselineChecks.procMount(pod));
        }
        add(found, RestrictedChecks.volumes(pod));
        add(found, RestrictedChecks.runAsNonRoot(pod, minor));
        if (minor >= 23) {
            add(found, RestrictedChecks.runAsUser(pod, minor));
        }
        if (minor >= 19) {
            add(found, RestrictedChecks.seccompProfile(pod, minor));
        }
    }

    private static void add(List<Violation> found, @Nullable Violation violation) {
        if (violation != null) {
            found.add(violation);
        }
    }
}
