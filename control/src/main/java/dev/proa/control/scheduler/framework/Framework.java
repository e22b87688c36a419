package dev.proa.control.scheduler.framework;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import dev.proa.control.scheduler.metrics.SchedulerMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs the plugins of a profile in the scheduling cycle, up to {@link Plugin.Score}; {@link #binding} runs those after it. What a
 * plugin throws becomes a status of {@link Code#ERROR}.
 */
public final class Framework implements Handle {
    private final Services services;
    private final String profile;
    private final PodsInBinding inBinding;
    private final BindingPoints binding;
    private final PluginLists plugins;
    private final @Nullable Integer percentageOfNodesToScore;
    private final List<Plugin.PreEnqueue> preEnqueues;
    private final List<Plugin.QueueSort> queueSorts;
    private final List<Plugin.PreFilter> preFilters;
    private final List<Plugin.Filter> filters;
    private final List<Plugin.PostFilter> postFilters;
    private final List<Plugin.PreScore> preScores;
    private final List<Plugin.Score> scores;
    private final int[] weights;
    /** Of one plugin; the array serves one pod after the other. */
    private long[] scoresOfOne = new long[0];

    /**
     * What a scheduler has for the plugins of all its profiles.
     *
     * @param inBinding pods that wait for a permit, or whose PreBind plugins run
     * @param shared what the plugins themselves keep for all profiles
     * @param activate moves pods to where they are tried next
     */
    public record Services(
            Client client,
            InformerFactory informers,
            Clock clock,
            RandomGenerator random,
            PodNominator nominator,
            PodsInBinding inBinding,
            SharedState shared,
            List<Extender> extenders,
            EventSink events,
            SchedulerMetrics metrics,
            Consumer<Collection<Pod>> activate) {
        public Services {
            extenders = List.copyOf(extenders);
        }
    }

    /** The nodes that {@link Plugin.PreFilter}s leave, and the plugins that named them. */
    public record PreFiltered(PreFilterResult result, Set<String> plugins) {}

    public Framework(Profile profile, Services services) {
        this.profile = profile.schedulerName();
        this.services = services;
        this.inBinding = services.inBinding();
        this.percentageOfNodesToScore = profile.percentageOfNodesToScore();
        this.plugins = new PluginLists(profile, this);
        this.preEnqueues = plugins.at(ExtensionPoint.PRE_ENQUEUE, Plugin.PreEnqueue.class);
        this.queueSorts = plugins.at(ExtensionPoint.QUEUE_SORT, Plugin.QueueSort.class);
        this.preFilters = plugins.at(ExtensionPoint.PRE_FILTER, Plugin.PreFilter.class);
        this.filters = plugins.at(ExtensionPoint.FILTER, Plugin.Filter.class);
        this.postFilters = plugins.at(ExtensionPoint.POST_FILTER, Plugin.PostFilter.class);
        this.preScores = plugins.at(ExtensionPoint.PRE_SCORE, Plugin.PreScore.class);
        this.scores = plugins.at(ExtensionPoint.SCORE, Plugin.Score.class);
        this.weights = scores.stream().mapToInt(plugins::weight).toArray();
        this.binding = new BindingPoints(plugins, inBinding);
        if (queueSorts.size() != 1) {
            throw new IllegalArgumentException("only one queue sort plugin required for profile with scheduler name \""
                    + this.profile + "\", but got " + queueSorts.size());
        }
        if (!binding.canBind()) {
            throw new IllegalArgumentException(
                    "at least one bind plugin is needed for profile with scheduler name \"" + this.profile + "\"");
        }
    }

    /** How many of the nodes are looked at; null when the profile does not say so. */
    public @Nullable Integer percentageOfNodesToScore() {
        return percentageOfNodesToScore;
    }

    /** What pods of this profile have as {@code spec.schedulerName}. */
    public String profile() {
        return profile;
    }

    /** The plugins from {@link Plugin.Reserve} to {@link Plugin.PostBind}. */
    public BindingPoints binding() {
        return binding;
    }

    /** The names of all plugins with their weights, in order. */
    public Map<String, Integer> scoreWeights() {
        Map<String, Integer> found = new LinkedHashMap<>();
        for (int i = 0; i < weights.length; i++) {
            found.put(scores.get(i).name(), weights[i]);
        }
        return found;
    }

    public Plugin.QueueSort queueSort() {
        return queueSorts.getFirst();
    }

    /** The events for which each plugin has registered, by its name. */
    public Map<String, List<EventRegistration>> eventsToRegister() {
        Map<String, List<EventRegistration>> events = new LinkedHashMap<>();
        for (Plugin plugin : plugins.all()) {
            events.put(
                    plugin.name(),
                    plugin instanceof Plugin.EnqueueExtensions extensions
                            ? extensions.eventsToRegister()
                            : List.of(EventRegistration.of(ClusterEvent.ANY)));
        }
        return events;
    }

    /** The first status of a {@link Plugin.PreEnqueue} that keeps the pod out of the queue; else success. */
    public Status preEnqueue(PodInfo pod) {
        for (Plugin.PreEnqueue plugin : preEnqueues) {
            Status status = attempt(() -> plugin.preEnqueue(pod));
            if (!status.isSuccess()) {
                Status known = status.isRejected() ? status : status.errorAt(running("PreEnqueue", plugin));
                return known.by(plugin.name());
            }
        }
        return Status.SUCCESS;
    }

    /** Runs all {@link Plugin.PreFilter}s; what they skip is noted in the state. */
    public PreFiltered preFilter(CycleState state, PodInfo pod) {
        PreFilterResult result = PreFilterResult.ALL_NODES;
        Status rejected = Status.SUCCESS;
        Set<String> skipped = new HashSet<>();
        Set<String> named = new TreeSet<>();
        for (Plugin.PreFilter plugin : preFilters) {
            PreFilterResult one;
            try {
                one = plugin.preFilter(state, pod);
            } catch (RuntimeException e) {
                one = PreFilterResult.of(Status.error(e));
            }
            Status status = one.status();
            if (status.isSkip()) {
                skipped.add(plugin.name());
            } else if (status.code() == Code.UNSCHEDULABLE_AND_UNRESOLVABLE) {
                return new PreFiltered(PreFilterResult.of(status.by(plugin.name())), Set.of());
            } else if (status.isRejected()) {
                rejected = status.by(plugin.name()); // a later one may know that nothing helps
            } else if (!status.isSuccess()) {
                return new PreFiltered(
                        PreFilterResult.of(
                                status.errorAt(running("PreFilter", plugin)).by(plugin.name())),
                        Set.of());
            } else if (one.nodes() != null) {
                named.add(plugin.name());
                result = result.and(one);
                if (result.nodes() != null && result.nodes().isEmpty()) {
                    return new PreFiltered(PreFilterResult.of(Status.unresolvable(noNode(named))), named);
                }
            }
        }
        if (!skipped.isEmpty()) {
            state.skipFilters(skipped);
        }
        return new PreFiltered(rejected.isSuccess() ? result : PreFilterResult.of(rejected), named);
    }

    private static String noNode(Set<String> plugins) {
        return plugins.size() == 1
                ? "node(s) didn't satisfy plugin " + plugins.iterator().next()
                : "node(s) didn't satisfy plugin(s) " + plugins + " simultaneously";
    }

    /** The first status of a filter that keeps the pod off the node; else success. */
    public Status filter(CycleState state, PodInfo pod, NodeInfo node) {
        for (Plugin.Filter plugin : state.filters(filters)) {
            Status status;
            try {
                status = plugin.filter(state, pod, node);
            } catch (RuntimeException e) {
                status = Status.error(e);
            }
            if (!status.isSuccess()) {
                Status known = status.isRejected()
                        ? status
                        : status.errorAt("running \"" + plugin.name() + "\" filter plugin");
                return known.by(plugin.name());
            }
        }
        return Status.SUCCESS;
    }

    /** Only pods of at least the same priority are left room; the second run is for filters that a nominated pod would satisfy. */
    @Override
    public Status filterWithNominatedPods(CycleState state, PodInfo pod, NodeInfo node) {
        List<PodInfo> nominated = services.nominator().on(node.name());
        if (nominated.isEmpty()) {
            return filter(state, pod, node);
        }
        CycleState with = state.copy();
        NodeInfo crowded = node;
        for (PodInfo other : nominated) {
            if (other.priority() >= pod.priority() && !other.uid().equals(pod.uid())) {
                crowded = crowded.with(other);
                Status status = preFilterAddPod(with, pod, other, crowded);
                if (!status.isSuccess()) {
                    return status.errorAt("adding nominated pods");
                }
            }
        }
        Status first = filter(with, pod, crowded);
        return crowded == node || !first.isSuccess() ? first : filter(state, pod, node);
    }

    @Override
    public Status preFilterAddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) {
        return extensions(state, extension -> extension.addPod(state, pod, added, node), "AddPod");
    }

    @Override
    public Status preFilterRemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) {
        return extensions(state, extension -> extension.removePod(state, pod, removed, node), "RemovePod");
    }

    private interface ExtensionCall {
        Status on(Plugin.PreFilterExtensions extensions);
    }

    private Status extensions(CycleState state, ExtensionCall call, String name) {
        for (Plugin.PreFilter plugin : preFilters) {
            Plugin.PreFilterExtensions extensions = plugin.preFilterExtensions();
            if (extensions == null || state.skippedFilters().contains(plugin.name())) {
                continue;
            }
            Status status = attempt(() -> call.on(extensions));
            if (!status.isSuccess()) {
                return status.errorAt(running(name + " on PreFilter", plugin)).by(plugin.name());
            }
        }
        return Status.SUCCESS;
    }

    public boolean hasPostFilters() {
        return !postFilters.isEmpty();
    }

    /** Runs the {@link Plugin.PostFilter}s up to the first that makes room, fails, or knows that nothing helps. */
    public PostFilterResult postFilter(CycleState state, PodInfo pod, NodeStatuses nodes) {
        List<String> reasons = new ArrayList<>();
        String first = "";
        @Nullable String nominated = null;
        for (Plugin.PostFilter plugin : postFilters) {
            PostFilterResult result;
            try {
                result = plugin.postFilter(state, pod, nodes);
            } catch (RuntimeException e) {
                result = new PostFilterResult(Status.error(e), null);
            }
            Status status = result.status();
            if (status.isSuccess() || status.code() == Code.UNSCHEDULABLE_AND_UNRESOLVABLE) {
                return new PostFilterResult(status.by(plugin.name()), result.nominatedNode());
            }
            if (!status.isRejected()) {
                return new PostFilterResult(status.by(plugin.name()), null);
            }
            nominated = result.nominatedNode() == null ? nominated : result.nominatedNode();
            reasons.addAll(status.reasons());
            first = first.isEmpty() ? plugin.name() : first;
        }
        return new PostFilterResult(new Status(Code.UNSCHEDULABLE, reasons, first, null), nominated);
    }

    /** Whether any plugin scores nodes; if none does, one node that fits is enough. */
    public boolean hasScores() {
        return !scores.isEmpty();
    }

    /** Runs all {@link Plugin.PreScore}s; what they skip is noted in the state. */
    public Status preScore(CycleState state, PodInfo pod, List<NodeInfo> nodes) {
        Set<String> skipped = new HashSet<>();
        for (Plugin.PreScore plugin : preScores) {
            Status status = attempt(() -> plugin.preScore(state, pod, nodes));
            if (status.isSkip()) {
                skipped.add(plugin.name());
            } else if (!status.isSuccess()) {
                return status.errorAt(running("PreScore", plugin)).by(plugin.name());
            }
        }
        if (!skipped.isEmpty()) {
            state.skipScores(skipped);
        }
        return Status.SUCCESS;
    }

    /** Adds the weighted sum of all scores of each node to {@code totals}. For one thread. */
    public Status score(CycleState state, PodInfo pod, List<NodeInfo> nodes, long[] totals) {
        if (scoresOfOne.length != totals.length) {
            scoresOfOne = new long[totals.length];
        }
        long[] one = scoresOfOne;
        for (int p = 0; p < weights.length; p++) {
            Plugin.Score plugin = scores.get(p);
            if (state.skippedScores().contains(plugin.name())) {
                continue;
            }
            String at = "running Score plugins";
            try {
                for (int i = 0; i < one.length; i++) {
                    one[i] = plugin.score(state, pod, nodes.get(i));
                }
                at = "running Normalize on Score plugins";
                plugin.normalizeScores(state, pod, nodes, one);
            } catch (RuntimeException e) {
                return Status.error(e)
                        .errorAt(at + ": plugin \"" + plugin.name() + "\" failed with")
                        .by(plugin.name());
            }
            for (int i = 0; i < one.length; i++) {
                if (one[i] < 0 || one[i] > Plugin.Score.MAX_SCORE) {
                    return Status.error("applying score defaultWeights on Score plugins: plugin \"" + plugin.name()
                                    + "\" returns an invalid score " + one[i] + ", it should in the range of [0, "
                                    + Plugin.Score.MAX_SCORE + "] after normalizing")
                            .by(plugin.name());
                }
                totals[i] += one[i] * weights[p];
            }
        }
        return Status.SUCCESS;
    }

    static String running(String point, Plugin plugin) {
        return "running " + point + " plugin \"" + plugin.name() + "\"";
    }

    static Status attempt(Supplier<Status> plugin) {
        try {
            return plugin.get();
        } catch (RuntimeException e) {
            return Status.error(e);
        }
    }

    @Override
    public Client client() {
        return services.client();
    }

    @Override
    public InformerFactory informers() {
        return services.informers();
    }

    @Override
    public <T extends KubeObject> Informer<T> informer(Kind<T> kind) {
        return services.informers().informer(kind);
    }

    @Override
    public Clock clock() {
        return services.clock();
    }

    @Override
    public Collection<WaitingPod> waitingPods() {
        return inBinding.waiting.all();
    }

    @Override
    public @Nullable WaitingPod waitingPod(String uid) {
        return inBinding.waiting.get(uid);
    }

    @Override
    public boolean rejectWaitingPod(String uid) {
        WaitingPod pod = inBinding.waiting.get(uid);
        if (pod == null) {
            return false;
        }
        pod.reject("", "removed");
        return true;
    }

    @Override
    public void activate(Collection<Pod> pods) {
        services.activate().accept(pods);
    }

    @Override
    public boolean cancelPreBind(String uid, String why) {
        return inBinding.preBindings.cancel(uid, why);
    }

    @Override
    public PodNominator nominator() {
        return services.nominator();
    }

    @Override
    public SharedState shared() {
        return services.shared();
    }

    @Override
    public RandomGenerator random() {
        return services.random();
    }

    @Override
    public List<Extender> extenders() {
        return services.extenders();
    }

    @Override
    public SchedulerMetrics metrics() {
        return services.metrics();
    }

    @Override
    public void event(Pod about, String type, String reason, String action, String note) {
        services.events().record(profile, about, type, reason, action, note);
    }
}
