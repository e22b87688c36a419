package dev.proa.delivery.pipeline.run;

import dev.proa.api.authorization.v1.SubjectAccessReview;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;

/**
 * The service account that runs of a namespace act as. It is made without any rights; what it may do, the namespace grants it.
 *
 * @param client makes accounts and reviews
 */
record RunAccount(Client client, String namespace) {
    /** Makes it unless it is there. */
    void make() {
        if (client.resource(ServiceAccount.KIND).in(namespace).find(PipelineResources.ACCOUNT) != null) {
            return;
        }
        try {
            client.resource(ServiceAccount.KIND).create(ServiceAccount.of(namespace, PipelineResources.ACCOUNT));
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
    }

    /** Whether it may push to a repository of the cluster's registry, whose name begins with a namespace. */
    boolean mayPush(String repository) {
        return may("update", repository);
    }

    /** Whether it may pull from a repository of the cluster's registry. */
    boolean mayPull(String repository) {
        return may("get", repository);
    }

    private boolean may(String verb, String repository) {
        int slash = repository.indexOf('/');
        MapValue attributes = MapValue.of(
                "group",
                "registry.proa.dev",
                "version",
                "v1",
                "resource",
                "repositories",
                "verb",
                verb,
                "namespace",
                slash < 0 ? "" : repository.substring(0, slash),
                "name",
                repository.substring(slash + 1));
        MapValue spec = MapValue.of(
                "user",
                "system:serviceaccount:" + namespace + ":" + PipelineResources.ACCOUNT,
                "groups",
                ListValue.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"),
                "resourceAttributes",
                attributes);
        return client.resource(SubjectAccessReview.KIND)
                .create(new SubjectAccessReview(MapValue.of(
                        "apiVersion", "authorization.k8s.io/v1", "kind", "SubjectAccessReview", "spec", spec)))
                .value()
                .map("status")
                .bool("allowed");
    }
}
