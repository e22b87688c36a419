package dev.proa.server.resource.extension;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.cel.ReservedWords;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates admission webhooks and policies; {@link PolicyCompilation} their expressions. */
final class AdmissionValidation {
    private AdmissionValidation() {}

    static void validatingWebhooks(MapValue configuration, @Nullable MapValue old, Errors errors) {
        webhooks(configuration, old, errors);
    }

    static void mutatingWebhooks(MapValue configuration, @Nullable MapValue old, Errors errors) {
        webhooks(configuration, old, errors);
        ListValue hooks = configuration.list("webhooks");
        for (int i = 0; i < hooks.size(); i++) {
            new Fields(hooks.map(i), Path.of("webhooks").index(i), errors)
                    .oneOfIfPresent("reinvocationPolicy", "IfNeeded", "Never");
        }
    }

    /** Validates webhooks. An update may keep what earlier versions of Kubernetes allowed. */
    private static void webhooks(MapValue configuration, @Nullable MapValue old, Errors errors) {
        ListValue hooks = configuration.list("webhooks");
        boolean uniqueNames = old == null || hasUniqueNames(old.list("webhooks"));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < hooks.size(); i++) {
            Fields hook = new Fields(hooks.map(i), Path.of("webhooks").index(i), errors);
            webhook(hook);
            if (uniqueNames && !hook.text("name").isEmpty() && !names.add(hook.text("name"))) {
                errors.duplicate(hook.at("name"), hook.text("name"));
            }
        }
    }

    private static boolean hasUniqueNames(ListValue hooks) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < hooks.size(); i++) {
            if (!names.add(hooks.map(i).string("name"))) {
                return false;
            }
        }
        return true;
    }

    private static void webhook(Fields hook) {
        if (hook.required("name")) {
            fullyQualified(hook, "name");
        }
        hook.each("rules", AdmissionValidation::rule);
        hook.oneOfIfPresent("failurePolicy", "Fail", "Ignore");
        hook.oneOfIfPresent("matchPolicy", "Equivalent", "Exact");
        if (!hook.has("sideEffects")) {
            hook.errors.required(hook.at("sideEffects"), "must specify one of None, NoneOnDryRun");
        }
        hook.oneOfIfPresent("sideEffects", "None", "NoneOnDryRun");
        if (hook.has("timeoutSeconds") && (hook.number("timeoutSeconds") > 30 || hook.number("timeoutSeconds") < 1)) {
            hook.invalid("timeoutSeconds", "the timeout value must be between 1 and 30 seconds");
        }
        hook.selector("namespaceSelector");
        hook.selector("objectSelector");
        clientConfig(hook.in("clientConfig"));
        matchConditions(hook);
        PolicyCompilation.webhook(hook);
        reviewVersions(hook);
    }

    /** Validates a domain of at least three labels. */
    private static void fullyQualified(Fields fields, String name) {
        String value = fields.text(name);
        List<String> wrong = Formats.dnsSubdomain(value);
        if (!wrong.isEmpty()) {
            fields.errors.invalid(fields.at(name), value, wrong);
        } else if (value.split("\\.", -1).length < 3) {
            fields.invalid(name, "should be a domain with at least three segments separated by dots");
        }
    }

    private static void clientConfig(Fields config) {
        if (config.has("url") == config.has("service")) {
            config.errors.required(config.path, "exactly one of url or service is required");
        } else if (config.has("url")) {
            WebhookValidation.url(config.at("url"), config.text("url"), config.errors);
        } else {
            // Kubernetes takes one for the other here.
            WebhookValidation.service(config.in("service"), "namespace", "name");
        }
    }

    private static void reviewVersions(Fields hook) {
        ListValue versions = hook.map.list("admissionReviewVersions");
        Path path = hook.at("admissionReviewVersions");
        if (versions.isEmpty()) {
            hook.errors.required(path, "must specify one of v1, v1beta1");
            return;
        }
        Set<String> seen = new HashSet<>();
        hook.eachText("admissionReviewVersions", (version, at) -> {
            if (seen.add(version)) {
                hook.errors.invalid(at, version, Formats.dns1035Label(version));
            } else {
                hook.errors.invalid(at, version, "duplicate version");
            }
        });
        if (!seen.contains("v1") && !seen.contains("v1beta1")) {
            hook.errors.invalid(path, versions, "must include at least one of v1, v1beta1");
        }
    }

    private static void matchConditions(Fields holder) {
        ListValue conditions = holder.map.list("matchConditions");
        if (conditions.size() > 64) {
            holder.errors.tooMany(holder.at("matchConditions"), conditions.size(), 64);
        }
        Set<String> names = new HashSet<>();
        holder.each("matchConditions", condition -> {
            expression(condition, "expression", "");
            condition.requiredForm("name", Formats::qualifiedName);
            if (!condition.text("name").isEmpty() && !names.add(condition.text("name"))) {
                condition.errors.duplicate(condition.at("name"), condition.text("name"));
            }
        });
    }

    private static void expression(Fields holder, String name, String detail) {
        if (holder.text(name).isBlank()) {
            holder.errors.required(holder.at(name), detail);
        }
    }

    private static void rule(Fields rule) {
        operations(rule);
        rule.requiredValue("apiGroups", "");
        alone(rule, "apiGroups", "API groups");
        rule.requiredValue("apiVersions", "");
        alone(rule, "apiVersions", "API versions");
        rule.eachText("apiVersions", (version, path) -> {
            if (version.isEmpty()) {
                rule.errors.required(path, "");
            }
        });
        resources(rule);
        rule.oneOfIfPresent("scope", "*", "Cluster", "Namespaced");
    }

    private static void operations(Fields rule) {
        rule.requiredValue("operations", "");
        alone(rule, "operations", "operations");
        rule.eachText(
                "operations",
                (operation, path) -> rule.errors.oneOf(path, operation, "*", "CONNECT", "CREATE", "DELETE", "UPDATE"));
    }

    private static void alone(Fields rule, String name, String what) {
        ListValue list = rule.map.list(name);
        if (list.size() > 1 && list.contains("*")) {
            rule.invalid(name, "if '*' is present, must not specify other " + what);
        }
    }

    private static void resources(Fields rule) {
        ListValue resources = rule.map.list("resources");
        rule.requiredValue("resources", "");
        Set<String> withAnySubresource = new HashSet<>();
        Set<String> ofAnyResource = new HashSet<>();
        boolean[] plain = new boolean[1];
        rule.eachText("resources", (resource, path) -> {
            int slash = resource.indexOf('/');
            if (resource.isEmpty()) {
                rule.errors.required(path, "");
                return;
            }
            if (slash < 0) {
                plain[0] = !resource.equals("*");
                return;
            }
            String name = resource.substring(0, slash);
            String subresource = resource.substring(slash + 1);
            if (withAnySubresource.contains(name)) {
                rule.errors.invalid(path, resource, "if '" + name + "/*' is present, must not specify " + resource);
            }
            if (ofAnyResource.contains(subresource)) {
                rule.errors.invalid(
                        path, resource, "if '*/" + subresource + "' is present, must not specify " + resource);
            }
            if (subresource.equals("*")) {
                withAnySubresource.add(name);
            }
            if (name.equals("*")) {
                ofAnyResource.add(subresource);
            }
        });
        if (resources.size() > 1 && resources.contains("*/*")) {
            rule.invalid("resources", "if '*/*' is present, must not specify other resources");
        }
        if (resources.contains("*") && plain[0]) {
            rule.invalid("resources", "if '*' is present, must not specify other resources without subresources");
        }
    }

    static void validatingPolicy(MapValue policy, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(policy, "spec", errors);
        policy(spec);
        if (spec.map.list("validations").isEmpty()
                && spec.map.list("auditAnnotations").isEmpty()) {
            for (String name : new String[] {"validations", "auditAnnotations"}) {
                errors.required(spec.at(name), "validations or auditAnnotations must contain at least one item");
            }
            return;
        }
        spec.each("validations", AdmissionValidation::validation);
        if (spec.map.list("auditAnnotations").size() > 20) {
            spec.invalid("auditAnnotations", "must not have more than 20 auditAnnotations");
        }
        Set<String> keys = new HashSet<>();
        String name = policy.map("metadata").string("name");
        spec.each("auditAnnotations", annotation -> {
            String key = annotation.text("key");
            if (name.isEmpty()) {
                annotation.invalid("key", "requires metadata.name be non-empty");
            } else {
                errors.invalid(annotation.at("key"), name + "/" + key, Formats.qualifiedName(name + "/" + key));
            }
            expression(annotation, "valueExpression", "valueExpression is not specified");
            if (!keys.add(key)) {
                errors.duplicate(annotation.at("key"), key);
            }
        });
        PolicyCompilation.validating(spec);
    }

    private static void validation(Fields validation) {
        expression(validation, "expression", "expression is not specified");
        for (String name : new String[] {"messageExpression", "message"}) {
            String text = validation.text(name);
            if (!text.isEmpty() && text.isBlank()) {
                validation.invalid(name, "must be non-empty if specified");
            } else if (name.equals("message") && text.strip().matches("(?s).*[\n\r].*")) {
                validation.invalid(name, "must not contain line breaks");
            }
        }
        validation.oneOfIfPresent("reason", "Forbidden", "Invalid", "RequestEntityTooLarge");
    }

    static void mutatingPolicy(MapValue policy, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(policy, "spec", errors);
        policy(spec);
        mutatingOperations(spec.in("matchConstraints"));
        spec.requiredValue("mutations", "mutations must contain at least one item");
        spec.each("mutations", AdmissionValidation::mutation);
        PolicyCompilation.mutating(spec);
        spec.requiredOneOf("reinvocationPolicy", "IfNeeded", "Never");
    }

    /** Rejects DELETE for mutating policies. Kubernetes' errors have no indices in these paths. */
    private static void mutatingOperations(Fields match) {
        Path path = match.at("resourceRules").child("operations");
        match.each("resourceRules", rule -> {
            for (Object operation : rule.map.list("operations")) {
                match.errors.oneOf(path, operation, "*", "CONNECT", "CREATE", "UPDATE");
            }
        });
    }

    private static void mutation(Fields mutation) {
        if (!mutation.required("patchType")) {
            return;
        }
        String type = mutation.text("patchType");
        String own = type.equals("JSONPatch") ? "jsonPatch" : "applyConfiguration";
        String other = type.equals("JSONPatch") ? "applyConfiguration" : "jsonPatch";
        if (!type.equals("JSONPatch") && !type.equals("ApplyConfiguration")) {
            mutation.oneOf("patchType", "ApplyConfiguration", "JSONPatch");
            return;
        }
        if (mutation.has(own)) {
            expression(mutation.in(own), "expression", "");
        } else {
            mutation.errors.required(mutation.at(own), "must be specified when patchType is " + type);
        }
        if (mutation.has(other)) {
            mutation.errors.invalid(
                    mutation.at(other), "{" + other + "}", "must not be specified when patchType is " + type);
        }
    }

    private static void policy(Fields spec) {
        if (spec.has("failurePolicy")) {
            spec.oneOf("failurePolicy", "Fail", "Ignore");
        } else {
            spec.errors.required(spec.at("failurePolicy"), "");
        }
        spec.in("paramKind", AdmissionValidation::paramKind);
        if (spec.has("matchConstraints")) {
            matchResources(spec.in("matchConstraints"));
            spec.in("matchConstraints").requiredValue("resourceRules", "");
        } else {
            spec.errors.required(spec.at("matchConstraints"), "");
        }
        matchConditions(spec);
        spec.each("variables", variable -> {
            String name = variable.text("name");
            if (name.isBlank()) {
                variable.errors.required(variable.at("name"), "name is not specified");
            } else if (!name.matches("[_a-zA-Z][_a-zA-Z0-9]*") || ReservedWords.contains(name)) {
                variable.invalid("name", "must be a valid CEL identifier");
            }
            expression(variable, "expression", "expression is not specified");
        });
    }

    private static void paramKind(Fields kind) {
        String version = kind.text("apiVersion");
        Path path = kind.at("apiVersion");
        int slash = version.indexOf('/');
        if (!kind.required("apiVersion")) {
            // said already
        } else if (slash != version.lastIndexOf('/')) {
            kind.errors.invalid(path, version, "unexpected GroupVersion string: " + version);
        } else {
            String group = version.substring(0, Math.max(slash, 0));
            joined(path, group, group.isEmpty() ? List.of() : Formats.dnsSubdomain(group), "", kind.errors);
            String number = version.substring(slash + 1);
            if (number.isEmpty()) {
                kind.errors.invalid(path, version, "version must be specified");
            } else {
                joined(path, number, Formats.dns1035Label(number), "", kind.errors);
            }
        }
        if (kind.required("kind")) {
            String name = kind.text("kind");
            String start = "may have mixed case, but should otherwise match: ";
            joined(kind.at("kind"), name, Formats.dns1035Label(name.toLowerCase(Locale.ROOT)), start, kind.errors);
        }
    }

    private static void joined(Path path, String value, List<String> wrong, String start, Errors errors) {
        if (!wrong.isEmpty()) {
            errors.invalid(path, value, start + String.join(",", wrong));
        }
    }

    private static void matchResources(Fields match) {
        if (match.has("matchPolicy")) {
            match.oneOf("matchPolicy", "Equivalent", "Exact");
        } else {
            match.errors.required(match.at("matchPolicy"), "");
        }
        for (String name : new String[] {"namespaceSelector", "objectSelector"}) {
            if (match.has(name)) {
                match.selector(name);
            } else {
                match.errors.required(match.at(name), "");
            }
        }
        for (String rules : new String[] {"resourceRules", "excludeResourceRules"}) {
            match.each(rules, rule -> {
                Set<String> names = new HashSet<>();
                rule.eachText("resourceNames", (name, path) -> {
                    rule.errors.invalid(path, name, NameRule.pathSegment(name, false));
                    if (!names.add(name)) {
                        rule.errors.duplicate(path, name);
                    }
                });
                rule(rule);
            });
        }
    }

    static void validatingBinding(MapValue binding, @Nullable MapValue old, Errors errors) {
        Fields spec = binding(binding, errors);
        Set<String> actions = new HashSet<>();
        spec.eachText("validationActions", (action, path) -> {
            errors.oneOf(path, action, "Audit", "Deny", "Warn");
            if (!actions.add(action)) {
                errors.duplicate(path, action);
            }
        });
        if (actions.contains("Deny") && actions.contains("Warn")) {
            spec.invalid(
                    "validationActions",
                    "must not contain both Deny and Warn (repeating the same validation failure information in the API response"
                            + " and headers serves no purpose)");
        }
        spec.requiredValue("validationActions", "at least one validation action is required");
    }

    static void mutatingBinding(MapValue binding, @Nullable MapValue old, Errors errors) {
        mutatingOperations(binding(binding, errors).in("matchResources"));
    }

    private static Fields binding(MapValue binding, Errors errors) {
        Fields spec = Fields.of(binding, "spec", errors);
        spec.requiredForm("policyName", Formats::dnsSubdomain);
        spec.in("paramRef", AdmissionValidation::paramRef);
        spec.in("matchResources", AdmissionValidation::matchResources);
        return spec;
    }

    private static void paramRef(Fields ref) {
        ref.form("name", name -> NameRule.pathSegment(name, false));
        boolean named = !ref.text("name").isEmpty();
        ref.selector("selector");
        if (named && ref.has("selector")) {
            ref.forbidden("name", "name and selector are mutually exclusive");
            ref.forbidden("selector", "name and selector are mutually exclusive");
        } else if (!named && !ref.has("selector")) {
            ref.errors.required(ref.path, "one of name or selector must be specified");
        }
        ref.requiredOneOf("parameterNotFoundAction", "Deny", "Allow");
    }
}
