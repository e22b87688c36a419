package dev.proa.control.scheduler.queue;

import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.Plugin;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import dev.proa.control.scheduler.framework.Status;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the plugins of all profiles have to say about the queue. */
public final class QueueingPlugins {
    private static final Logger LOG = LoggerFactory.getLogger(QueueingPlugins.class);
    private static final Comparator<QueuedPodInfo> BY_ARRIVAL =
            Comparator.comparing(QueuedPodInfo::queued).thenComparingLong(QueuedPodInfo::sequence);

    private final Map<String, Framework> profiles = new HashMap<>();
    private final Framework first;
    private final Plugin.QueueSort sort;

    /** @param frameworks one for each profile, the default one first */
    public QueueingPlugins(Collection<Framework> frameworks) {
        first = frameworks.iterator().next();
        sort = first.queueSort();
        for (Framework framework : frameworks) {
            if (!framework.queueSort().name().equals(sort.name())) {
                throw new IllegalArgumentException("profile " + framework.profile() + " sorts the queue by "
                        + framework.queueSort().name() + " and " + first.profile() + " by " + sort.name()
                        + "; all profiles must have the same QueueSort plugin");
            }
            profiles.put(framework.profile(), framework);
        }
    }

    Status preEnqueue(PodInfo pod) {
        return of(pod).preEnqueue(pod);
    }

    /** The events for which the plugins of a pod's profile have registered, by plugin. */
    Map<String, List<EventRegistration>> eventsToRegister(String profile) {
        return profiles.getOrDefault(profile, first).eventsToRegister();
    }

    Collection<String> profiles() {
        return profiles.keySet();
    }

    String profile(PodInfo pod) {
        return of(pod).profile();
    }

    private Framework of(PodInfo pod) {
        return profiles.getOrDefault(pod.pod().spec().schedulerName(), first);
    }

    /** The order of the QueueSort plugin; pods that are equal to it, or for which it fails, go by their arrival. */
    Comparator<QueuedPodInfo> order() {
        return (a, b) -> {
            int order = 0;
            try {
                order = sort.compare(a, b);
            } catch (RuntimeException e) {
                LOG.error(
                        "Plugin {} failed for pods {} and {}",
                        sort.name(),
                        a.info().name(),
                        b.info().name(),
                        e);
            }
            return order == 0 ? BY_ARRIVAL.compare(a, b) : order;
        };
    }
}
