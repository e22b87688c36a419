package dev.proa.server.aggregator;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where discovery tells a group among groups, and a version among those of its group: higher ones first.
 *
 * @param group {@code groupPriorityMinimum} of an APIService
 * @param version its {@code versionPriority}
 */
public record Priority(int group, int version) {
    /** Of custom resources. */
    public static final Priority CUSTOM = new Priority(1000, 100);

    /** Of what is computed here unless an extension server serves it, such as metrics: as metrics-server's. */
    public static final Priority COMPUTED = new Priority(100, 100);

    /** A group, its priority, and its versions with theirs, as kube-apiserver registers them. */
    private static final String BUILT_IN = """
            apiregistration.k8s.io 20000 v1=18
            core 18000 v1=1
            apps 17800 v1=15
            events.k8s.io 17750 v1=15 v1beta1=5
            authentication.k8s.io 17700 v1=15 v1beta1=9 v1alpha1=1
            authorization.k8s.io 17600 v1=15
            autoscaling 17500 v2=30 v1=15 v2beta1=9 v2beta2=1
            batch 17400 v1=15 v1beta1=9 v2alpha1=9
            certificates.k8s.io 17300 v1=15 v1beta1=9 v1alpha1=1
            networking.k8s.io 17200 v1=15 v1beta1=9
            policy 17100 v1=15 v1beta1=9
            rbac.authorization.k8s.io 17000 v1=15
            storage.k8s.io 16800 v1=15 v1beta1=9 v1alpha1=1
            admissionregistration.k8s.io 16700 v1=15 v1beta1=12 v1alpha1=9
            apiextensions.k8s.io 16700 v1=15
            scheduling.k8s.io 16600 v1=15 v1alpha2=2
            coordination.k8s.io 16500 v1=15 v1beta1=13 v1alpha2=12
            node.k8s.io 16300 v1=15 v1beta1=9 v1alpha1=1
            discovery.k8s.io 16200 v1=15 v1beta1=12
            resource.k8s.io 16200 v1=21 v1beta2=15 v1beta1=9 v1alpha3=1
            flowcontrol.apiserver.k8s.io 16100 v1=21 v1beta3=18 v1beta2=15 v1beta1=12 v1alpha1=9
            internal.apiserver.k8s.io 16000 v1alpha1=9
            storagemigration.k8s.io 15800 v1beta1=9
            """;

    /** Loaded on first use. */
    private static final class Table {
        static final Map<String, Priority> BY_GROUP_VERSION = read();

        private static Map<String, Priority> read() {
            Map<String, Priority> table = new HashMap<>();
            BUILT_IN.lines().forEach(line -> {
                String[] words = line.split(" ");
                for (int i = 2; i < words.length; i++) {
                    String[] version = words[i].split("=");
                    table.put(
                            words[0] + "/" + version[0],
                            new Priority(Integer.parseInt(words[1]), Integer.parseInt(version[1])));
                }
            });
            return table;
        }
    }

    /** The priority that a group and version of Kubernetes has from the start; null for others. */
    public static @Nullable Priority builtIn(String group, String version) {
        return Table.BY_GROUP_VERSION.get((group.isEmpty() ? "core" : group) + "/" + version);
    }

    /** The priority that a group and version has as long as nobody says otherwise. */
    public static Priority usual(String group, String version) {
        Priority known = builtIn(group, version);
        return known == null ? CUSTOM : known;
    }
}
