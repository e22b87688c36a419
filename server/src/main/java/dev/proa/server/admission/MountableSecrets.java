package dev.proa.server.admission;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.admission.AdmissionAttributes.Operation;
import java.util.HashSet;
import java.util.Set;

/**
 * The secrets that pods of a service account may use when it has the annotation {@code kubernetes.io/enforce-mountable-secrets}: those that
 * it lists.
 */
final class MountableSecrets {
    private static final String ANNOTATION = "kubernetes.io/enforce-mountable-secrets";
    /** What Go reads as true. */
    private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");

    private final MapValue account;
    private final String name;
    private final Set<String> mountable;

    MountableSecrets(MapValue account) {
        this.account = account;
        this.name = account.map("metadata").string("name");
        this.mountable = names(account.list("secrets"));
    }

    private static Set<String> names(ListValue references) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < references.size(); i++) {
            names.add(references.map(i).string("name"));
        }
        return names;
    }

    boolean areEnforced() {
        return TRUE.contains(account.map("metadata").map("annotations").string(ANNOTATION));
    }

    /** @throws StatusException when the pod, or one of its new ephemeral containers, uses another secret */
    void check(AdmissionAttributes attributes) {
        MapValue spec = attributes.object().map("spec");
        if (attributes.operation() == Operation.UPDATE) {
            String problem = inContainers(spec, "ephemeralContainers", "ephemeral container ");
            if (!problem.isEmpty()) {
                throw StatusException.of(Reason.Unknown, problem, MapValue.EMPTY); // as Kubernetes: no Forbidden
            }
            return;
        }
        String problem = inVolumes(spec);
        problem = problem.isEmpty() ? inContainers(spec, "initContainers", "init container ") : problem;
        problem = problem.isEmpty() ? inContainers(spec, "containers", "container ") : problem;
        problem = problem.isEmpty() ? inPullSecrets(spec) : problem;
        if (!problem.isEmpty()) {
            throw attributes.forbidden(problem);
        }
    }

    private String inVolumes(MapValue spec) {
        ListValue volumes = spec.list("volumes");
        for (int i = 0; i < volumes.size(); i++) {
            if (volumes.map(i).get("secret") instanceof MapValue secret
                    && !mountable.contains(secret.string("secretName"))) {
                return "volume with secret.secretName=\"" + secret.string("secretName")
                        + "\" is not allowed because service account " + name + " does not reference that secret";
            }
        }
        return "";
    }

    private String inContainers(MapValue spec, String list, String what) {
        ListValue containers = spec.list(list);
        for (int i = 0; i < containers.size(); i++) {
            MapValue container = containers.map(i);
            String who = what + container.string("name") + " with ";
            ListValue variables = container.list("env");
            for (int j = 0; j < variables.size(); j++) {
                if (variables.map(j).map("valueFrom").get("secretKeyRef") instanceof MapValue secret
                        && !mountable.contains(secret.string("name"))) {
                    return refusal(who + "envVar " + variables.map(j).string("name"), secret);
                }
            }
            ListValue sources = container.list("envFrom");
            for (int j = 0; j < sources.size(); j++) {
                if (sources.map(j).get("secretRef") instanceof MapValue secret
                        && !mountable.contains(secret.string("name"))) {
                    return refusal(who + "envFrom", secret);
                }
            }
        }
        return "";
    }

    private String refusal(String who, MapValue secret) {
        return who + " referencing secret.secretName=\"" + secret.string("name")
                + "\" is not allowed because service account " + name + " does not reference that secret";
    }

    private String inPullSecrets(MapValue spec) {
        Set<String> allowed = names(account.list("imagePullSecrets"));
        ListValue secrets = spec.list("imagePullSecrets");
        for (int i = 0; i < secrets.size(); i++) {
            String secret = secrets.map(i).string("name");
            if (!allowed.contains(secret)) {
                return "imagePullSecrets[" + i + "].name=\"" + secret + "\" is not allowed because service account "
                        + name + " does not reference that imagePullSecret";
            }
        }
        return "";
    }
}
