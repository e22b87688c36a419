package dev.proa.control.scheduler.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.control.scheduler.PluginCluster;
import dev.proa.control.scheduler.framework.ExtensionPoint;
import dev.proa.control.scheduler.framework.Framework;
import dev.proa.control.scheduler.framework.PluginSet;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerConfigurationTest {
    private static SchedulerConfiguration parse(String text) {
        String file = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n" + text;
        return SchedulerConfiguration.parse("f.yaml", Path.of(""), file.getBytes(StandardCharsets.UTF_8));
    }

    private static Profile profile(String text) {
        return parse(text).profiles().getFirst();
    }

    @Test
    void hasTheDefaultsOfKubeScheduler() {
        SchedulerConfiguration empty = parse("");
        assertThat(empty.profiles()).hasSize(1);
        assertThat(empty.profiles().getFirst().schedulerName()).isEqualTo("default-scheduler");
        assertThat(empty.profiles().getFirst().plugins()).hasSameSizeAs(DefaultPlugins.ALL);
        assertThat(empty.percentageOfNodesToScore()).isZero();
        assertThat(empty.firstBackoff()).isEqualTo(Duration.ofSeconds(1));
        assertThat(empty.longestBackoff()).isEqualTo(Duration.ofSeconds(10));
        assertThat(empty.notes()).isEmpty();
        try (PluginCluster cluster = new PluginCluster(DefaultPlugins.ALL)) {
            Framework made = new Framework(empty.profiles().getFirst(), cluster.services);
            assertThat(made.scoreWeights()).isEqualTo(cluster.framework.scoreWeights());
            assertThat(made.eventsToRegister().keySet())
                    .isEqualTo(cluster.framework.eventsToRegister().keySet());
        }
    }

    @Test
    void readsWhatItHas() {
        SchedulerConfiguration all = parse("""
            parallelism: 4
            percentageOfNodesToScore: 30
            podInitialBackoffSeconds: 2
            podMaxBackoffSeconds: 20
            clientConnection: {kubeconfig: k, qps: 50.5, burst: 100}
            leaderElection: {leaderElect: false, leaseDuration: 15s}
            enableProfiling: true
            profiles:
            - schedulerName: a
              percentageOfNodesToScore: 5
            - schedulerName: b
            """);
        assertThat(all.percentageOfNodesToScore()).isEqualTo(30);
        assertThat(all.firstBackoff()).isEqualTo(Duration.ofSeconds(2));
        assertThat(all.longestBackoff()).isEqualTo(Duration.ofSeconds(20));
        assertThat(all.profiles()).extracting(Profile::schedulerName).containsExactly("a", "b");
        assertThat(all.profiles()).extracting(Profile::percentageOfNodesToScore).containsExactly(5, null);
        assertThat(all.notes())
                .containsExactly(
                        "clientConnection has no effect: the scheduler is a part of the server",
                        "leaderElection has no effect: the scheduler is a part of the server",
                        "enableProfiling has no effect: the JVM is profiled by its own tools",
                        "parallelism has no effect: nodes are looked at by one thread");
    }

    private static List<String> scoring(String plugins) {
        try (PluginCluster cluster = new PluginCluster(DefaultPlugins.ALL)) {
            return new Framework(profile("profiles: [{plugins: " + plugins + "}]"), cluster.services)
                    .scoreWeights().entrySet().stream()
                            .map(entry -> entry.getKey() + " " + entry.getValue())
                            .toList();
        }
    }

    @Test
    void pluginsAreEnabledAndDisabled() {
        assertThat(scoring("{score: {disabled: [{name: '*'}], enabled: [{name: ImageLocality, weight: 7}]}}"))
                .containsExactly("ImageLocality 7");
        assertThat(scoring("{multiPoint: {disabled: [{name: PodTopologySpread}, {name: InterPodAffinity}]},"
                        + " score: {enabled: [{name: NodeAffinity, weight: 9}]}}"))
                .as("what a point names comes first")
                .containsExactly(
                        "NodeAffinity 9",
                        "TaintToleration 3",
                        "NodeResourcesFit 1",
                        "DynamicResources 2",
                        "NodeResourcesBalancedAllocation 1",
                        "ImageLocality 1");
        assertThat(scoring("{multiPoint: {disabled: [{name: '*'}], enabled: [{name: NodeResourcesFit, weight: 4},"
                        + " {name: PrioritySort}, {name: DefaultBinder}]}, score: {enabled: [{name:"
                        + " TaintToleration}]}}"))
                .containsExactly("NodeResourcesFit 4", "TaintToleration 1");
        Profile weighted =
                profile("profiles: [{plugins: {multiPoint: {enabled: [{name: ImageLocality, weight: 5}]}}}]");
        assertThat(weighted.plugins()).hasSameSizeAs(DefaultPlugins.ALL);
        Profile points = profile("profiles: [{plugins: {filter: {disabled: [{name: NodePorts}]}}}]");
        assertThat(points.points()).containsEntry(ExtensionPoint.FILTER, new PluginSet(List.of(), Set.of("NodePorts")));
    }

    /** Messages as kube-scheduler 1.36.3 writes them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "parallelism: -1 | parallelism: Invalid value: -1: should be an integer value greater than zero",
                "percentageOfNodesToScore: 101 | percentageOfNodesToScore: Invalid value: 101: not in valid range"
                        + " [0-100]",
                "podInitialBackoffSeconds: 0 | podInitialBackoffSeconds: Invalid value: 0: must be greater than 0",
                "podMaxBackoffSeconds: 0 | podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to"
                        + " PodInitialBackoffSeconds",
                "profiles: [{schedulerName: a}, {schedulerName: a}] | profiles[1].schedulerName: Duplicate value: {}",
                "profiles: [{schedulerName: a}, {}] | profiles[1].schedulerName: Required value",
                "profiles: [{percentageOfNodesToScore: -3}] | profiles[0].percentageOfNodesToScore: Invalid value: -3:"
                        + " not in valid range [0-100]",
                "`leaderElection: {resourceLock: endpoints}` | `leaderElection.resourceLock: Invalid value:"
                        + " \"endpoints\": resourceLock value must be \"leases\"`",
                "`profiles: [{plugins: {filter: {enabled: [{name: EBSLimits}]}}}]` |"
                        + " `profiles[0].plugins.filter.enabled[0]: Invalid value: \"EBSLimits\": was invalid in version"
                        + " \"v1\" (KubeSchedulerConfiguration is version \"kubescheduler.config.k8s.io/v1\")`",
                "`profiles: [{schedulerName: a}, {schedulerName: b, plugins: {queueSort: {disabled: [{name:"
                        + " PrioritySort}], enabled: [{name: PrioritySort}]}}}]` | `profiles[1].plugins.queueSort: Invalid"
                        + " value:"
                        + " {\"Disabled\":[{\"Name\":\"PrioritySort\",\"Weight\":0}],\"Enabled\":[{\"Name\":\"PrioritySort\",\"Weight\":0}]}:"
                        + " must be the same for all profiles`",
                "`extenders: [{urlPrefix: 'http://x', prioritizeVerb: p}]` | `extenders[0].weight: Invalid value: 0:"
                        + " must have a positive weight applied to it`",
                "`extenders: [{urlPrefix: 'http://x', bindVerb: b}, {urlPrefix: 'http://y', bindVerb: b}]` |"
                        + " `extenders: Invalid value: \"found 2 extenders implementing bind\": only one extender can"
                        + " implement bind`",
                "`extenders: [{urlPrefix: 'http://x', managedResources: [{name: cpu}]}]` |"
                        + " `extenders[0].managedResources[0].name: Invalid value: \"cpu\": is an invalid extended"
                        + " resource name`",
                "`extenders: [{urlPrefix: 'http://x', managedResources: [{name: e.com/a}, {name: e.com/a}]}]` |"
                        + " `extenders[0].managedResources[1].name: Invalid value: \"e.com/a\": duplicate extender managed"
                        + " resource name`",
                "`profiles: [{plugins: {multiPoint: {enabled: [{name: Nope}]}}}]` | `creating profile for scheduler"
                        + " name default-scheduler: PreFilterPlugin \"Nope\" does not exist`",
            })
    void refusesWhatCannotBe(String text, String message) {
        assertThatThrownBy(() -> parse(text)).hasMessage("f.yaml: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "DefaultPreemption | minCandidateNodesPercentage: 101 | minCandidateNodesPercentage: Invalid value:"
                        + " 101: not in valid range [0, 100]",
                "DefaultPreemption | minCandidateNodesAbsolute: -1 | minCandidateNodesAbsolute: Invalid value: -1: not"
                        + " in valid range [0, inf)",
                "InterPodAffinity | hardPodAffinityWeight: 101 | hardPodAffinityWeight: Invalid value: 101: not in"
                        + " valid range [0, 100]",
                "NodeResourcesBalancedAllocation | `resources: [{name: cpu, weight: 2}]` | `resources[0].weight:"
                        + " Invalid value: 2: must be 1`",
                "NodeResourcesBalancedAllocation | `resources: [{name: cpu}, {name: cpu}]` | `resources[1].name:"
                        + " Duplicate value: \"cpu\"`",
                "VolumeBinding | bindTimeoutSeconds: -1 | bindTimeoutSeconds: Invalid value: -1: invalid"
                        + " BindTimeoutSeconds, should not be a negative value",
                "PodTopologySpread | `defaultConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable:"
                        + " ScheduleAnyway}]` | `defaultingType: Invalid value: \"System\": when .defaultConstraints are"
                        + " not empty`",
                "PodTopologySpread | `defaultingType: List, defaultConstraints: [{maxSkew: 0, topologyKey: z,"
                        + " whenUnsatisfiable: ScheduleAnyway}]` | `defaultConstraints[0].maxSkew: Invalid value: 0: not"
                        + " in valid range (0, inf)`",
                "PodTopologySpread | `defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: z,"
                        + " whenUnsatisfiable: x}]` | `defaultConstraints[0].whenUnsatisfiable: Unsupported value: \"x\":"
                        + " supported values: \"DoNotSchedule\", \"ScheduleAnyway\"`",
                "PodTopologySpread | `defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: z,"
                        + " whenUnsatisfiable: DoNotSchedule, labelSelector: {}}]` | `defaultConstraints[0].labelSelector:"
                        + " Forbidden: constraint must not define a selector, as they deduced for each pod`",
                "NodeAffinity | `addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:"
                        + " [{matchExpressions: [{key: a, operator: Like}]}]}}` |"
                        + " `addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator:"
                        + " Unsupported value: \"Like\": supported values: \"In\", \"NotIn\", \"Exists\","
                        + " \"DoesNotExist\", \"Gt\", \"Lt\"`",
                "NodeResourcesFit | `ignoredResourceGroups: [a/b]` | `ignoredResourceGroups[0]: Invalid value:"
                        + " \"a/b\": resource group name can't contain '/'`",
                "NodeResourcesFit | `scoringStrategy: {type: Foo}` | `scoringStrategy.type: Unsupported value:"
                        + " \"Foo\": supported values: \"LeastAllocated\", \"MostAllocated\","
                        + " \"RequestedToCapacityRatio\"`",
                "NodeResourcesFit | `scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 101}]}` |"
                        + " `scoringStrategy.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid"
                        + " range (0, 100]`",
                "NodeResourcesFit | `scoringStrategy: {type: RequestedToCapacityRatio}` |"
                        + " `scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is"
                        + " RequestedToCapacityRatio`",
                "NodeResourcesFit | `scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio:"
                        + " {shape: [{utilization: 50, score: 1}, {utilization: 50, score: 2}]}}` |"
                        + " `scoringStrategy.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must"
                        + " be sorted in increasing order`",
                "NodeResourcesFit | `scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio:"
                        + " {shape: [{utilization: 0, score: 11}]}}` |"
                        + " `scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid"
                        + " range [0, 10]`",
            })
    void refusesArgumentsThatCannotBe(String plugin, String args, String message) {
        assertThatThrownBy(() -> parse("profiles: [{pluginConfig: [{name: " + plugin + ", args: {" + args + "}}]}]"))
                .hasMessage("f.yaml: profiles[0].pluginConfig[0].args." + message);
    }

    @Test
    void refusesFieldsThatItDoesNotKnow() {
        assertThatThrownBy(() -> parse("""
            foo: 1
            profiles:
            - bar: 2
              plugins: {score: {enabled: [{name: NodeName, wait: 1}]}}
              pluginConfig: [{name: NodeResourcesFit, args: {baz: 1}}]
            """))
                .hasMessage("f.yaml: strict decoding error: unknown field \"foo\", unknown field \"profiles[0].bar\","
                        + " unknown field \"profiles[0].plugins.score.enabled[0].wait\", unknown field"
                        + " \"profiles[0].pluginConfig[0].args.baz\"");
        assertThatThrownBy(() -> parse("profiles: {}")).hasMessage("f.yaml: profiles: must be a list");
        assertThatThrownBy(() -> profile("profiles: [{plugins: {score: {enabled: [{name: a, weight: 3000000000}]}}}]"))
                .hasMessage("f.yaml: profiles[0].plugins.score.enabled[0].weight: must be an integer of 32 bits,"
                        + " but is 3000000000");
        assertThatThrownBy(() -> profile("profiles: [{pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategy: {"
                        + "requestedToCapacityRatio: {shape: [{utilization: -3000000000}]}}}}]}]"))
                .hasMessageEndingWith(
                        "scoringStrategy.requestedToCapacityRatio.shape[0].utilization: must be an integer"
                                + " of 32 bits, but is -3000000000");
        assertThatThrownBy(() -> SchedulerConfiguration.parse(
                        "f.yaml",
                        Path.of(""),
                        "apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: KubeSchedulerConfiguration"
                                .getBytes(StandardCharsets.UTF_8)))
                .hasMessageStartingWith("f.yaml: no kind \"KubeSchedulerConfiguration\" is registered for version"
                        + " \"kubescheduler.config.k8s.io/v1beta3\"");
        assertThatThrownBy(() ->
                        parse("profiles: [{pluginConfig: [{name: NodeAffinity, args: {kind: InterPodAffinityArgs}}]}]"))
                .hasMessageEndingWith(
                        "args for plugin NodeAffinity were not of type NodeAffinityArgs.kubescheduler.config.k8s.io,"
                                + " got InterPodAffinityArgs.kubescheduler.config.k8s.io");
        assertThat(parse("profiles: [{pluginConfig: [{name: Mine, args: {a: b}}]}]")
                        .profiles())
                .as("plugins of others may be configured")
                .hasSize(1);
    }

    @Test
    void saysAllThatIsWrongAtOnce() {
        assertThatThrownBy(() -> parse("parallelism: 0\npercentageOfNodesToScore: -1\npodInitialBackoffSeconds: 20"))
                .hasMessage("f.yaml: [parallelism: Invalid value: 0: should be an integer value greater than zero,"
                        + " percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100],"
                        + " podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to"
                        + " PodInitialBackoffSeconds]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{queueSort: {disabled: [{name: '*'}]}}` | only one queue sort plugin required for profile with"
                        + " scheduler name \"default-scheduler\", but got 0",
                "`{multiPoint: {disabled: [{name: DefaultBinder}]}}` | at least one bind plugin is needed for profile"
                        + " with scheduler name \"default-scheduler\"",
                "`{filter: {enabled: [{name: NodeName}, {name: NodeName}]}}` | plugin \"NodeName\" already registered"
                        + " as \"FilterPlugin\"",
                "`{score: {enabled: [{name: NodeName}]}}` | plugin \"NodeName\" does not extend ScorePlugin plugin",
            })
    void refusesPluginsWhereTheyCannotBe(String plugins, String message) {
        Profile profile = profile("profiles: [{plugins: " + plugins + "}]");
        try (PluginCluster cluster = new PluginCluster(DefaultPlugins.ALL)) {
            assertThatThrownBy(() -> new Framework(profile, cluster.services)).hasMessage(message);
        }
    }
}
