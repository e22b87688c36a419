package dev.proa.server.apiextensions;

import dev.proa.api.apiextensions.v1.CustomResourceDefinition;
import dev.proa.api.apiextensions.v1.CustomResourceDefinitionCondition;
import dev.proa.api.value.MapValue;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conditions in the status of a CustomResourceDefinition. */
public final class DefinitionConditions {
    /** Whether the names do not conflict with those of another definition. */
    public static final String NAMES_ACCEPTED = "NamesAccepted";

    /** Whether custom resources are served. It stays true once it was. */
    public static final String ESTABLISHED = "Established";

    /** Whether the definition is being deleted, with its custom resources. */
    public static final String TERMINATING = "Terminating";

    private static final String APPROVAL = "KubernetesAPIApprovalPolicyConformant";
    private static final String ANNOTATION = "api-approved.kubernetes.io";
    private static final String POLICY = "see https://github.com/kubernetes/enhancements/pull/1111";

    private DefinitionConditions() {}

    /** A condition without the time since when it holds. */
    public static CustomResourceDefinitionCondition condition(
            String type, boolean status, String reason, String message) {
        return new CustomResourceDefinitionCondition(
                MapValue.of("type", type, "status", status ? "True" : "False", "reason", reason, "message", message));
    }

    /** The condition of a type; null when there is none. */
    public static @Nullable CustomResourceDefinitionCondition find(CustomResourceDefinition definition, String type) {
        for (CustomResourceDefinitionCondition condition : definition.status().conditions()) {
            if (condition.type().equals(type)) {
                return condition;
            }
        }
        return null;
    }

    public static boolean isTrue(CustomResourceDefinition definition, String type) {
        CustomResourceDefinitionCondition condition = find(definition, type);
        return condition != null && condition.status().equals("True");
    }

    /**
     * Sets a condition in place of the one of its type, if there is one. The time of its last transition is {@code now} when its
     * status is another than before.
     */
    public static CustomResourceDefinition with(
            CustomResourceDefinition definition, CustomResourceDefinitionCondition condition, Instant now) {
        List<CustomResourceDefinitionCondition> all =
                new ArrayList<>(definition.status().conditions());
        int index = 0;
        while (index < all.size() && !all.get(index).type().equals(condition.type())) {
            index++;
        }
        if (index == all.size()) {
            all.add(condition);
        }
        CustomResourceDefinitionCondition before = all.get(index);
        boolean since = before.status().equals(condition.status()) && before.hasLastTransitionTime();
        Object time = since ? before.value().get("lastTransitionTime") : now.toString();
        all.set(index, new CustomResourceDefinitionCondition(condition.value().with("lastTransitionTime", time)));
        return definition.withStatus(status -> status.withConditions(all));
    }

    /**
     * Tells whether a definition in one of Kubernetes' own groups has been approved; null for other groups.
     *
     * @see <a href="https://github.com/kubernetes/enhancements/pull/1111">the policy</a>
     */
    public static @Nullable CustomResourceDefinitionCondition approval(CustomResourceDefinition definition) {
        if (!isProtected(definition.spec().group())) {
            return null;
        }
        String annotation =
                definition.value().map("metadata").map("annotations").string(ANNOTATION);
        if (annotation.isEmpty()) {
            return condition(
                    APPROVAL,
                    false,
                    "MissingAnnotation",
                    "protected groups must have approval annotation \"" + ANNOTATION + "\", " + POLICY);
        }
        if (annotation.startsWith("unapproved")) {
            return condition(APPROVAL, false, "UnapprovedAnnotation", "not approved: \"" + annotation + "\"");
        }
        return isUrl(annotation)
                ? condition(APPROVAL, true, "ApprovedAnnotation", "approved in " + annotation)
                : condition(
                        APPROVAL,
                        false,
                        "InvalidAnnotation",
                        "protected groups must have approval annotation \"" + ANNOTATION
                                + "\" with either a URL or a reason starting with \"unapproved\", " + POLICY);
    }

    private static boolean isProtected(String group) {
        String dotted = "." + group;
        return dotted.endsWith(".k8s.io") || dotted.endsWith(".kubernetes.io");
    }

    private static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            return uri.getScheme() != null && uri.getRawAuthority() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
