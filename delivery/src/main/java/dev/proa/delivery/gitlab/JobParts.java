package dev.proa.delivery.gitlab;

import dev.proa.delivery.gitlab.GitlabJob.Artifacts;
import dev.proa.delivery.gitlab.GitlabJob.Cache;
import dev.proa.delivery.gitlab.GitlabJob.Retry;
import dev.proa.delivery.pipeline.JobStart.ContainerSpec;
import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.pipeline.yaml.YamlNode.Mapping;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads parts of jobs. */
final class JobParts {
    private static final int MOST_INSTANCES = 200;

    private final YamlReader reader;

    JobParts(YamlReader reader) {
        this.reader = reader;
    }

    /** Lines, where lists in the list are part of it. */
    List<String> script(@Nullable YamlNode node, String what) {
        List<String> lines = new ArrayList<>();
        for (YamlNode item : reader.items(node)) {
            if (item instanceof YamlNode.Sequence inner) {
                lines.addAll(script(inner, what));
            } else {
                lines.add(reader.text(item, what));
            }
        }
        return lines;
    }

    Optional<ContainerSpec> image(@Nullable YamlNode node) {
        if (!(node instanceof Mapping map)) {
            String name = reader.text(node, "image");
            return name.isEmpty() ? Optional.empty() : Optional.of(new ContainerSpec(name));
        }
        reader.knows(map, "image", Set.of("name", "entrypoint", "docker", "kubernetes", "pull_policy"));
        return Optional.of(container(map, Map.of()));
    }

    private ContainerSpec container(Mapping map, Map<String, String> env) {
        List<String> entrypoint = reader.texts(map.get("entrypoint"), "entrypoint").stream()
                .filter(word -> !word.isEmpty())
                .toList();
        return new ContainerSpec(
                reader.text(map.get("name"), "name"),
                env,
                List.of(),
                List.of(),
                "",
                "",
                "",
                entrypoint,
                reader.texts(map.get("command"), "command"));
    }

    Map<String, ContainerSpec> services(@Nullable YamlNode node) {
        Map<String, ContainerSpec> services = new LinkedHashMap<>();
        for (YamlNode item : reader.items(node)) {
            if (item instanceof Mapping map) {
                reader.knows(
                        map,
                        "a service",
                        Set.of(
                                "name",
                                "alias",
                                "entrypoint",
                                "command",
                                "variables",
                                "docker",
                                "kubernetes",
                                "pull_policy"));
                ContainerSpec spec = container(map, reader.map(map.get("variables"), "variables"));
                String alias = reader.text(map.get("alias"), "alias").split("[ ,]")[0];
                services.put(alias.isEmpty() ? host(spec.image()) : alias, spec);
            } else {
                String image = reader.text(item, "a service");
                services.put(host(image), new ContainerSpec(image));
            }
        }
        return services;
    }

    /** The name of a service without alias: its image without version, with dashes for slashes. */
    private static String host(String image) {
        return image.replaceFirst("@.*", "")
                .replaceFirst(":[^:/]*$", "")
                .replaceFirst(":[0-9]+/", "/")
                .replace('/', '-');
    }

    Artifacts artifacts(@Nullable YamlNode node) {
        if (node == null) {
            return Artifacts.NONE;
        }
        Mapping map = reader.mapping(node, "artifacts");
        reader.knows(
                map,
                "artifacts",
                Set.of(
                        "paths",
                        "exclude",
                        "expire_in",
                        "expose_as",
                        "name",
                        "public",
                        "access",
                        "reports",
                        "untracked",
                        "when"));
        Mapping reports = reader.mapping(map.get("reports"), "reports");
        return new Artifacts(
                reader.text(map.get("name"), "name"),
                reader.texts(map.get("paths"), "paths"),
                reader.texts(map.get("exclude"), "exclude"),
                reader.text(map.get("expire_in"), "expire_in"),
                map.get("when") == null ? "on_success" : reader.text(map.get("when"), "when"),
                reader.texts(reports.get("dotenv"), "dotenv").stream()
                        .findFirst()
                        .orElse(""));
    }

    List<Cache> caches(@Nullable YamlNode node) {
        List<Cache> caches = new ArrayList<>();
        for (YamlNode item : reader.items(node)) {
            Mapping map = reader.mapping(item, "cache");
            reader.knows(
                    map, "cache", Set.of("paths", "key", "untracked", "unprotect", "when", "policy", "fallback_keys"));
            Mapping key = map.get("key") instanceof Mapping one ? one : new Mapping(map.place(), Map.of(), Map.of());
            reader.knows(key, "key", Set.of("files", "files_commits", "prefix"));
            String policy = map.get("policy") == null ? "pull-push" : reader.text(map.get("policy"), "policy");
            if (!Set.of("pull-push", "pull", "push").contains(policy) && !policy.contains("$")) {
                reader.problem(
                        map.keyPlace("policy"),
                        "the policy of a cache is pull, push or pull-push, not '" + policy + "'");
            }
            caches.add(new Cache(
                    map.get("key") == null || map.get("key") instanceof Mapping
                            ? "default"
                            : reader.text(map.get("key"), "key"),
                    reader.texts(key.get("files"), "files"),
                    reader.text(key.get("prefix"), "prefix"),
                    reader.texts(map.get("paths"), "paths"),
                    policy,
                    map.get("when") == null ? "on_success" : reader.text(map.get("when"), "when"),
                    reader.texts(map.get("fallback_keys"), "fallback_keys")));
        }
        return caches;
    }

    Retry retry(@Nullable YamlNode node) {
        if (node == null) {
            return new Retry(0, Set.of());
        }
        Mapping map = node instanceof Mapping one ? one : new Mapping(node.place(), Map.of("max", node), Map.of());
        reader.knows(map, "retry", Set.of("max", "when", "exit_codes"));
        String most = map.get("max") == null ? "0" : reader.text(map.get("max"), "max");
        if (!most.matches("[0-2]")) {
            reader.problem(node.place(), "a job is tried again 0, 1 or 2 times, not " + most);
            return new Retry(0, Set.of());
        }
        List<String> when = reader.texts(map.get("when"), "when");
        return new Retry(Integer.parseInt(most), when.isEmpty() ? Set.of("always") : Set.copyOf(when));
    }

    /** The variables of each instance. */
    List<Map<String, String>> parallel(@Nullable YamlNode node) {
        List<Map<String, String>> instances = new ArrayList<>();
        if (node instanceof Mapping map) {
            reader.knows(map, "parallel", Set.of("matrix"));
            reader.items(map.get("matrix")).forEach(item -> instances.addAll(times(reader.mapping(item, "matrix"))));
        } else if (node != null) {
            String count = reader.text(node, "parallel");
            for (int i = 0; count.matches("[0-9]{1,3}") && i < Integer.parseInt(count); i++) {
                instances.add(Map.of());
            }
        }
        if (node != null && (instances.isEmpty() || instances.size() > MOST_INSTANCES)) {
            reader.problem(node.place(), "parallel is a number or a matrix, from 1 to " + MOST_INSTANCES + " jobs");
            return List.of();
        }
        return instances;
    }

    private List<Map<String, String>> times(Mapping variables) {
        List<Map<String, String>> combinations = new ArrayList<>();
        combinations.add(Map.of());
        for (Map.Entry<String, YamlNode> entry : variables.entries().entrySet()) {
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> one : combinations) {
                for (String value : reader.texts(entry.getValue(), entry.getKey())) {
                    if (more.size() > 10 * MOST_INSTANCES) {
                        return more;
                    }
                    Map<String, String> next = new LinkedHashMap<>(one);
                    next.put(entry.getKey(), value);
                    more.add(next);
                }
            }
            combinations = more;
        }
        return combinations;
    }
}
