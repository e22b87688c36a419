package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Pod;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.Profile;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The profiles of a scheduler: one framework for each value of {@code spec.schedulerName} that it is responsible for. */
final class Profiles {
    private final Map<String, Framework> byName = new LinkedHashMap<>();

    Profiles(List<Profile> profiles, Framework.Services services) {
        for (Profile profile : profiles) {
            if (byName.put(profile.schedulerName(), new Framework(profile, services)) != null) {
                throw new IllegalArgumentException(
                        "two profiles are named " + profile.schedulerName() + "; give each a name of its own");
            }
        }
        if (byName.isEmpty()) {
            throw new IllegalArgumentException("the scheduler has no profile; list at least one");
        }
    }

    Collection<Framework> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /** The name of the scheduler that a pod has chosen. */
    static String name(Pod pod) {
        String name = pod.spec().schedulerName();
        return name.isEmpty() ? Scheduler.NAME : name;
    }

    /** The framework for a pod; null when another scheduler is responsible for it. */
    @Nullable
    Framework of(Pod pod) {
        return byName.get(name(pod));
    }
}
