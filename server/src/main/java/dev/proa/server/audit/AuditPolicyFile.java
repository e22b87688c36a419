package dev.proa.server.audit;

import dev.proa.api.config.ConfigException;
import dev.proa.api.config.ConfigObject;
import dev.proa.api.status.FieldError;
import dev.proa.server.audit.AuditEvent.Stage;
import dev.proa.server.audit.AuditPolicy.GroupResources;
import dev.proa.server.audit.AuditPolicy.Rule;
import dev.proa.server.configuration.ConfigFiles;
import dev.proa.server.validation.Formats;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and validates the file of {@code --audit-policy-file}. As kube-apiserver, it warns of unknown fields and goes on without them. */
final class AuditPolicyFile {
    private static final Logger LOG = LoggerFactory.getLogger(AuditPolicyFile.class);

    private final List<FieldError> errors = new ArrayList<>();

    /** @throws ConfigException when the file is no policy; the message says why */
    static AuditPolicy read(Path file) {
        List<String> problems = new ArrayList<>();
        ConfigObject object = ConfigFiles.readLeniently(file, problems);
        object.require("audit.k8s.io", Set.of("v1"), "Policy");
        AuditPolicy policy = new AuditPolicyFile().policy(object);
        problems.addAll(object.unknown());
        if (!problems.isEmpty()) {
            LOG.warn("The audit policy {} has fields that are not used: {}", file, problems);
        }
        return policy;
    }

    private AuditPolicy policy(ConfigObject policy) {
        policy.ignore("metadata");
        Set<Stage> omitted = stages(policy);
        List<Rule> rules = new ArrayList<>();
        for (ConfigObject rule : policy.objects("rules")) {
            rules.add(rule(rule));
        }
        if (!errors.isEmpty()) {
            throw policy.problem("", errors.stream().map(FieldError::summary).collect(Collectors.joining(", ")));
        }
        if (rules.isEmpty()) {
            throw policy.problem("", "loaded illegal policy with 0 rules");
        }
        return new AuditPolicy(rules, omitted, policy.bool("omitManagedFields", false));
    }

    private Rule rule(ConfigObject rule) {
        List<String> urls = rule.texts("nonResourceURLs");
        List<GroupResources> resources = new ArrayList<>();
        for (ConfigObject each : rule.objects("resources")) {
            resources.add(resources(each, rule.place("resources")));
        }
        List<String> namespaces = rule.texts("namespaces");
        String path = rule.place("nonResourceURLs");
        checkUrls(urls, path);
        if (!urls.isEmpty() && !(resources.isEmpty() && namespaces.isEmpty())) {
            errors.add(FieldError.invalid(
                    path,
                    dev.proa.api.value.ListValue.copyOf(urls),
                    "rules cannot apply to both regular resources and non-resource URLs"));
        }
        return new Rule(
                level(rule),
                Set.copyOf(rule.texts("users")),
                Set.copyOf(rule.texts("userGroups")),
                Set.copyOf(rule.texts("verbs")),
                resources,
                Set.copyOf(namespaces),
                urls,
                stages(rule),
                rule.bool("omitManagedFields").orElse(null));
    }

    private Level level(ConfigObject rule) {
        String text = rule.text("level", "");
        for (Level level : Level.values()) {
            if (level.toString().equals(text)) {
                return level;
            }
        }
        errors.add(
                text.isEmpty()
                        ? FieldError.required(rule.place("level"), "")
                        : FieldError.notSupported(
                                rule.place("level"),
                                text,
                                Arrays.stream(Level.values())
                                        .map(Level::toString)
                                        .toList()));
        return Level.NONE;
    }

    private void checkUrls(List<String> urls, String path) {
        for (int i = 0; i < urls.size(); i++) {
            String url = urls.get(i);
            if (url.equals("*")) {
                continue;
            }
            if (!url.startsWith("/")) {
                errors.add(FieldError.invalid(
                        path + "[" + i + "]", url, "non-resource URL rules must begin with a '/' character"));
            }
            if (!url.isEmpty() && url.substring(0, url.length() - 1).contains("*")) {
                errors.add(FieldError.invalid(
                        path + "[" + i + "]",
                        url,
                        "non-resource URL wildcards '*' must be the final character of the rule"));
            }
        }
    }

    private GroupResources resources(ConfigObject fields, String path) {
        String group = fields.text("group", "");
        List<String> resources = fields.texts("resources");
        List<String> names = fields.texts("resourceNames");
        if (!group.isEmpty() && !group.equals("*")) {
            List<String> wrong = Formats.dnsSubdomain(group);
            if (!wrong.isEmpty()) {
                errors.add(FieldError.invalid(path + ".group", group, String.join(",", wrong)));
            }
        }
        if (!names.isEmpty() && resources.isEmpty()) {
            errors.add(FieldError.invalid(
                    path + ".resourceNames",
                    dev.proa.api.value.ListValue.copyOf(names),
                    "using resourceNames requires at least one resource"));
        }
        return new GroupResources(group, resources, Set.copyOf(names));
    }

    private Set<Stage> stages(ConfigObject fields) {
        Set<Stage> stages = EnumSet.noneOf(Stage.class);
        List<String> texts = fields.texts("omitStages");
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            List<Stage> found = Arrays.stream(Stage.values())
                    .filter(stage -> stage.toString().equals(text))
                    .toList();
            stages.addAll(found);
            if (found.isEmpty()) {
                errors.add(FieldError.invalid(
                        fields.place("omitStages") + "[" + i + "]",
                        text,
                        "allowed stages are "
                                + Arrays.stream(Stage.values())
                                        .map(Stage::toString)
                                        .collect(Collectors.joining(","))));
            }
        }
        return stages;
    }
}
