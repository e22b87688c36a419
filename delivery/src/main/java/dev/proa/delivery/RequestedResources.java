package dev.proa.delivery;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.value.Quantity;
import dev.proa.client.Client;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Explains to a user whose pods fit on no node which applications request how much of the nodes. */
final class RequestedResources {
    private static final Pattern INSUFFICIENT = Pattern.compile("Insufficient ([a-z0-9.:/-]*[a-z0-9])");
    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");
    private static final int MOST = 5;

    private RequestedResources() {}

    /** What the pods of one application request in total. */
    private record Share(String app, int pods, Quantity amount) {
        Share and(Share other) {
            return new Share(app, pods + other.pods, amount.plus(other.amount));
        }

        String shown() {
            return app + " " + amount + " (" + pods + (pods == 1 ? " pod)" : " pods)");
        }
    }

    /** Lines about each resource that is insufficient; none when that is not the problem. */
    static List<String> explain(Client client, String name, PodSpec pod, List<RolloutProblem> troubles) {
        Set<String> scarce = new TreeSet<>();
        for (RolloutProblem trouble : troubles) {
            Matcher matcher = INSUFFICIENT.matcher(trouble.what());
            while (matcher.find()) {
                scarce.add(matcher.group(1));
            }
        }
        if (scarce.isEmpty()) {
            return List.of();
        }
        List<Node> nodes = client.resource(Node.KIND).list();
        List<Pod> pods = client.resource(Pod.KIND).list();
        List<String> lines = new ArrayList<>();
        scarce.forEach(resource -> lines.addAll(explain(name, pod, resource, nodes, pods)));
        return lines;
    }

    static List<String> explain(String name, PodSpec pod, String resource, List<Node> nodes, List<Pod> pods) {
        Quantity each = of(pod, resource);
        Quantity largest = nodes.stream().map(node -> has(node, resource)).reduce(Quantity.ZERO, Quantity::max);
        List<String> lines = new ArrayList<>();
        lines.add("each pod of \"" + name + "\" asks for " + each + " of " + resource + ":");
        for (Node node : nodes.stream().limit(MOST).toList()) {
            Collection<Share> shares = shares(node, resource, pods);
            Quantity asked = shares.stream().map(Share::amount).reduce(Quantity.ZERO, Quantity::plus);
            lines.add("  node " + node.name() + " has " + has(node, resource) + ", and is asked for " + asked
                    + (shares.isEmpty() ? "" : " already: ")
                    + shares.stream().limit(MOST).map(Share::shown).collect(Collectors.joining(", "))
                    + (shares.size() > MOST ? " and " + (shares.size() - MOST) + " more applications" : ""));
        }
        lines.add(
                each.compareTo(largest) > 0
                        ? "no node has that much even when it is empty: ask for less by requests." + resource
                        : "ask for less by requests." + resource
                                + ", or have others ask for less: \"kubectl scale deployment "
                                + "NAME --replicas=1\", \"proa delete NAME\"");
        return lines;
    }

    private static Quantity has(Node node, String resource) {
        return node.status().allocatable().getOrDefault(resource, Quantity.ZERO);
    }

    /** The applications that request the resource, the largest request first. */
    private static List<Share> shares(Node node, String resource, List<Pod> pods) {
        Map<String, Share> shares = new TreeMap<>();
        for (Pod pod : pods) {
            Quantity amount = of(pod.spec(), resource);
            boolean counts = pod.spec().nodeName().equals(node.name())
                    && !ENDED.contains(pod.status().phase())
                    && !amount.isZero();
            if (counts) {
                String app = app(pod);
                shares.merge(app, new Share(app, 1, amount), Share::and);
            }
        }
        return shares.values().stream()
                .sorted(Comparator.comparing(Share::amount).reversed())
                .toList();
    }

    /** The application's name as users know it: its label, else the pod's owner, else the pod. */
    private static String app(Pod pod) {
        String name =
                pod.labels().getOrDefault("app.kubernetes.io/name", pod.labels().getOrDefault("app", ""));
        if (name.isEmpty()) {
            String hash = pod.labels().getOrDefault("pod-template-hash", "");
            name = pod.metadata().ownerReferences().stream()
                    .map(owner -> hash.isEmpty() ? owner.name() : owner.name().replaceAll("-" + hash + "$", ""))
                    .findFirst()
                    .orElse(pod.name());
        }
        return pod.namespace().equals("default") ? name : pod.namespace() + "/" + name;
    }

    /** What a pod requests: the sum of its containers, or the largest init container if that is more. */
    private static Quantity of(PodSpec spec, String resource) {
        Quantity together = Quantity.ZERO;
        Quantity before = Quantity.ZERO;
        for (Container container : spec.containers()) {
            together = together.plus(requested(container, resource));
        }
        for (Container container : spec.initContainers()) {
            if (container.restartPolicy().equals("Always")) { // it stays, as a sidecar
                together = together.plus(requested(container, resource));
            } else {
                before = before.max(requested(container, resource));
            }
        }
        return together.max(before).plus(spec.overhead().getOrDefault(resource, Quantity.ZERO));
    }

    private static Quantity requested(Container container, String resource) {
        return container.resources().requests().getOrDefault(resource, Quantity.ZERO);
    }
}
