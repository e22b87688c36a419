package dev.proa.control.serviceaccount;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.api.core.v1.Namespace;
import dev.proa.api.status.StatusException;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Terminating;
import java.util.HashMap;
import java.util.Map;

/** Publishes the certificate authority of the API server in every namespace, as the ConfigMap {@code kube-root-ca.crt}. */
public final class RootCaPublisher {
    private static final String NAME = "kube-root-ca.crt";
    private static final String KEY = "ca.crt";
    private static final String DESCRIPTION_ANNOTATION = "kubernetes.io/description";
    private static final String DESCRIPTION =
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal"
                    + " service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes"
                    + " clusters.";

    private final ControlContext context;
    private final String authority;
    private final Informer<Namespace> namespaces;
    private final Informer<ConfigMap> maps;
    /** @param authority PEM */
    public RootCaPublisher(ControlContext shared, String authority) {
        ControlContext context = shared.as("root-ca-cert-publisher");
        this.context = context;
        this.authority = authority;
        this.namespaces = context.informers().informer(Namespace.KIND);
        this.maps = context.informers().informer(ConfigMap.KIND);
        context.<String>controller("root-ca-certificate-publisher", this::reconcile)
                .watch(namespaces, Namespace::name)
                .watch(maps, map -> map.name().equals(NAME) ? map.namespace() : null);
    }

    private Result reconcile(String name) {
        Namespace namespace = namespaces.get("", name);
        if (namespace == null || namespace.isDeleting()) {
            return Result.DONE;
        }
        ConfigMap there = maps.get(name, NAME);
        try {
            if (there == null) {
                context.client()
                        .resource(ConfigMap.KIND)
                        .create(ConfigMap.of(name, NAME)
                                .withMetadata(m -> m.withAnnotations(Map.of(DESCRIPTION_ANNOTATION, DESCRIPTION)))
                                .withData(Map.of(KEY, authority)));
            } else if (!Map.of(KEY, authority).equals(there.data())
                    || there.annotations()
                            .getOrDefault(DESCRIPTION_ANNOTATION, "")
                            .isEmpty()) {
                Map<String, String> annotations = new HashMap<>(there.annotations());
                annotations.put(DESCRIPTION_ANNOTATION, DESCRIPTION);
                context.client()
                        .resource(ConfigMap.KIND)
                        .update(there.withMetadata(m -> m.withAnnotations(annotations))
                                .withData(Map.of(KEY, authority)));
            }
        } catch (StatusException e) {
            if (e.code() == 409 && there == null || Terminating.isCauseOf(e)) {
                return Result.DONE; // somebody made it, or it is no longer needed
            }
            throw e;
        }
        return Result.DONE;
    }
}
