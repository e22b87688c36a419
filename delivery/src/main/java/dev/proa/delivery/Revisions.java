package dev.proa.delivery;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.client.Client;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The revisions of a Deployment that are kept: its ReplicaSets. */
final class Revisions {
    static final String ANNOTATION = "deployment.kubernetes.io/revision";

    private Revisions() {}

    /**
     * The Deployment of an application whose revisions are meant: the only one, or the one with its name.
     *
     * @throws IllegalArgumentException when there is none such; the message says what to do
     */
    static Deployment deployment(Application application, String app) {
        List<Deployment> all = application.deployments();
        Deployment deployment = all.size() == 1
                ? all.getFirst()
                : all.stream().filter(one -> one.name().equals(app)).findFirst().orElse(null);
        if (deployment == null) {
            throw new IllegalArgumentException(
                    all.isEmpty()
                            ? "\"" + app + "\" has no Deployment, and nothing else keeps earlier versions"
                            : "\"" + app
                                    + "\" has several Deployments; say which one with: kubectl rollout undo deployment/NAME "
                                    + "(there is "
                                    + all.stream().map(Deployment::name).collect(Collectors.joining(", ")) + ")");
        }
        return deployment;
    }

    /** The ReplicaSets of a Deployment, by revision. */
    static NavigableMap<Long, ReplicaSet> of(Client client, Deployment deployment) {
        NavigableMap<Long, ReplicaSet> history = new TreeMap<>();
        for (ReplicaSet set :
                client.resource(ReplicaSet.KIND).in(deployment.namespace()).list()) {
            boolean own = set.metadata().ownerReferences().stream()
                    .anyMatch(owner -> owner.uid().equals(deployment.uid()));
            if (own && number(set) > 0) {
                history.put(number(set), set);
            }
        }
        return history;
    }

    /** The number of a ReplicaSet's revision; 0 when it has none. */
    static long number(ReplicaSet set) {
        String revision = set.annotations().getOrDefault(ANNOTATION, "");
        return revision.matches("[0-9]{1,18}") ? Long.parseLong(revision) : 0;
    }
}
