package dev.proa.control.scheduler.queue;

import dev.proa.api.view.KubeObject;
import dev.proa.control.scheduler.framework.ClusterEvent;
import dev.proa.control.scheduler.framework.EventRegistration;
import dev.proa.control.scheduler.framework.QueuedPodInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides, by the queueing hints of the plugins that rejected a pod, whether an event makes it worth trying again. Thread-safe. */
final class RequeueHints {
    private static final Logger LOG = LoggerFactory.getLogger(RequeueHints.class);

    private final Map<String, Map<String, List<EventRegistration>>> registered = new HashMap<>();
    private final Map<ClusterEvent, Map<String, List<PluginHint>>> byEvent = new ConcurrentHashMap<>();
    private final QueueingPlugins plugins;

    /** What to do with a pod that waits; what comes later is better for it. */
    enum Strategy {
        SKIP,
        AFTER_BACKOFF,
        /** A plugin that had to wait for something outside has got it. */
        IMMEDIATELY
    }

    private record PluginHint(String plugin, EventRegistration.Hint hint) {}

    RequeueHints(QueueingPlugins plugins) {
        this.plugins = plugins;
        for (String profile : plugins.profiles()) {
            registered.put(profile, plugins.eventsToRegister(profile));
        }
    }

    /** Whether any plugin has registered for the event; most events are nobody's business. */
    boolean anybodyWantsToKnow(ClusterEvent event) {
        return !registeredFor(event).isEmpty();
    }

    Strategy strategy(QueuedPodInfo pod, ClusterEvent event, @Nullable KubeObject before, @Nullable KubeObject after) {
        if (!pod.isRejected()) {
            return Strategy.AFTER_BACKOFF;
        }
        Strategy strategy = Strategy.SKIP;
        for (PluginHint each : registeredFor(event).getOrDefault(plugins.profile(pod.info()), List.of())) {
            boolean pending = pod.pendingPlugins().contains(each.plugin);
            if ((pending || pod.unschedulablePlugins().contains(each.plugin))
                    && isWorthTrying(each, pod, event, before, after)) {
                if (pending) {
                    return Strategy.IMMEDIATELY;
                }
                strategy = Strategy.AFTER_BACKOFF;
                if (pod.pendingPlugins().isEmpty()) {
                    return strategy;
                }
            }
        }
        return strategy;
    }

    /** Where a hint fails, the pod is tried, as by kube-scheduler. */
    private static boolean isWorthTrying(
            PluginHint each,
            QueuedPodInfo pod,
            ClusterEvent event,
            @Nullable KubeObject before,
            @Nullable KubeObject after) {
        try {
            return each.hint.isWorthTrying(pod.info(), before, after);
        } catch (RuntimeException e) {
            LOG.error(
                    "The hint of plugin {} failed for pod {} and event {}",
                    each.plugin,
                    pod.info().name(),
                    event.label(),
                    e);
            return true;
        }
    }

    private Map<String, List<PluginHint>> registeredFor(ClusterEvent event) {
        return byEvent.computeIfAbsent(event, this::findRegistered);
    }

    private Map<String, List<PluginHint>> findRegistered(ClusterEvent event) {
        Map<String, List<PluginHint>> found = new HashMap<>();
        registered.forEach((profile, byPlugin) -> {
            List<PluginHint> hints = new ArrayList<>();
            byPlugin.forEach((plugin, registrations) -> registrations.stream()
                    .filter(registration -> registration.event().covers(event))
                    .forEach(registration -> hints.add(new PluginHint(plugin, registration.hint()))));
            if (!hints.isEmpty()) {
                found.put(profile, hints);
            }
        });
        return found;
    }
}
