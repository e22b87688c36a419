package dev.proa.delivery.gitlab;

import dev.proa.delivery.gitlab.GitlabJob.Need;
import dev.proa.delivery.gitlab.GitlabJob.Refs;
import dev.proa.delivery.gitlab.GitlabJob.Rule;
import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.pipeline.yaml.YamlNode.Mapping;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a file whose templates are put in. For one file. */
final class GitlabReader {
    private static final Set<String> GLOBAL = Set.of(
            "stages",
            "variables",
            "default",
            "include",
            "workflow",
            "image",
            "services",
            "cache",
            "before_script",
            "after_script",
            "spec");
    /** What {@code default} may have, and jobs then get. */
    private static final Set<String> DEFAULTS = Set.of(
            "after_script",
            "artifacts",
            "before_script",
            "cache",
            "hooks",
            "id_tokens",
            "image",
            "interruptible",
            "retry",
            "services",
            "tags",
            "timeout");

    private static final Set<String> JOB = Set.of(
            "after_script",
            "allow_failure",
            "artifacts",
            "before_script",
            "cache",
            "coverage",
            "dependencies",
            "environment",
            "except",
            "hooks",
            "id_tokens",
            "image",
            "inherit",
            "interruptible",
            "manual_confirmation",
            "needs",
            "only",
            "parallel",
            "release",
            "resource_group",
            "retry",
            "rules",
            "script",
            "secrets",
            "services",
            "stage",
            "start_in",
            "tags",
            "timeout",
            "trigger",
            "variables",
            "when");
    private static final Set<String> WHEN = Set.of("on_success", "on_failure", "always", "manual", "delayed", "never");

    private final YamlReader reader;
    private final JobParts parts;

    GitlabReader(YamlReader reader) {
        this.reader = reader;
        this.parts = new JobParts(reader);
    }

    GitlabSpec read(Mapping root) {
        Mapping workflow = reader.mapping(root.get("workflow"), "workflow");
        reader.knows(workflow, "workflow", Set.of("name", "rules", "auto_cancel"));
        List<String> stages = new ArrayList<>(
                root.get("stages") == null
                        ? List.of("build", "test", "deploy")
                        : reader.texts(root.get("stages"), "stages"));
        stages.removeAll(List.of(".pre", ".post"));
        stages.addFirst(".pre");
        stages.addLast(".post");
        List<GitlabJob> jobs = new ArrayList<>();
        Mapping defaults = defaults(root);
        root.entries().forEach((name, node) -> {
            if (!GLOBAL.contains(name) && !name.startsWith(".")) {
                job(name, node, root, defaults, stages).ifPresent(jobs::add);
            }
        });
        if (jobs.isEmpty()) {
            reader.problem(root.place(), "the file has no jobs");
        }
        checkNeeds(jobs);
        Set<String> raw = new HashSet<>();
        return new GitlabSpec(
                reader.file(),
                reader.text(workflow.get("name"), "name"),
                stages,
                variables(root.get("variables"), raw),
                raw,
                workflow.get("rules") == null ? Optional.empty() : Optional.of(rules(workflow.get("rules"))),
                jobs);
    }

    private Mapping defaults(Mapping root) {
        Mapping given = reader.mapping(root.get("default"), "default");
        reader.knows(given, "default", DEFAULTS);
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        for (String key : List.of("image", "services", "cache", "before_script", "after_script")) {
            YamlNode node = root.get(key);
            if (node != null) {
                entries.put(key, node);
            }
        }
        entries.putAll(given.entries());
        return new Mapping(given.place(), entries, Map.of());
    }

    private void checkNeeds(List<GitlabJob> jobs) {
        Set<String> names = new HashSet<>();
        jobs.forEach(job -> names.add(job.name()));
        for (GitlabJob job : jobs) {
            for (Need need : job.needs().orElse(List.of())) {
                if (!names.contains(need.job()) && !need.optional()) {
                    reader.problem(job.place(), "job '" + job.name() + "' needs '" + need.job() + "', which is no job");
                }
            }
            for (String dependency : job.dependencies().orElse(List.of())) {
                if (!names.contains(dependency)) {
                    reader.problem(
                            job.place(), "job '" + job.name() + "' depends on '" + dependency + "', which is no job");
                }
            }
        }
        for (GitlabJob job : jobs) {
            if (reaches(job.name(), job, jobs, new HashSet<>())) {
                reader.problem(job.place(), "job '" + job.name() + "' needs itself");
            }
        }
    }

    private static boolean reaches(String name, GitlabJob from, List<GitlabJob> jobs, Set<String> seen) {
        for (Need need : from.needs().orElse(List.of())) {
            if (need.job().equals(name)) {
                return true;
            }
            if (seen.add(need.job())
                    && jobs.stream()
                            .filter(job -> job.name().equals(need.job()))
                            .anyMatch(job -> reaches(name, job, jobs, seen))) {
                return true;
            }
        }
        return false;
    }

    private Optional<GitlabJob> job(String name, YamlNode node, Mapping root, Mapping defaults, List<String> stages) {
        if (!(node instanceof Mapping own)) {
            reader.problem(
                    root.keyPlace(name), "unknown key '" + name + "': it is no keyword, and a job must be a map");
            return Optional.empty();
        }
        reader.knows(own, "job '" + name + "'", JOB);
        if (own.get("trigger") != null) {
            reader.problem(
                    own.keyPlace("trigger"),
                    "job '" + name
                            + "' starts another pipeline, which there is not here: put the jobs of that pipeline into this file by include:local");
            return Optional.empty();
        }
        Mapping map = inherited(own, defaults);
        List<String> script = parts.script(map.get("script"), "script");
        if (map.get("script") == null) {
            reader.problem(root.keyPlace(name), "job '" + name + "' has no script");
        }
        String stage = map.get("stage") == null ? "test" : reader.text(map.get("stage"), "stage");
        if (!stages.contains(stage)) {
            reader.problem(
                    own.keyPlace("stage"),
                    "the stage '" + stage + "' of job '" + name + "' is none of " + String.join(", ", stages));
        }
        if (map.get("rules") != null && (map.get("only") != null || map.get("except") != null)) {
            reader.problem(
                    own.keyPlace("rules"), "job '" + name + "' has rules beside only or except; use rules alone");
        }
        Set<String> raw = new HashSet<>();
        List<Map<String, String>> parallel = parts.parallel(map.get("parallel"));
        boolean inherits = !(own.get("inherit") instanceof Mapping inherit)
                || !(inherit.get("variables") instanceof YamlNode.Scalar flag
                        && flag.text().equals("false"));
        return Optional.of(new GitlabJob(
                name,
                root.keyPlace(name),
                stage,
                parts.script(map.get("before_script"), "before_script"),
                script,
                parts.script(map.get("after_script"), "after_script"),
                parts.image(map.get("image")),
                parts.services(map.get("services")),
                variables(map.get("variables"), raw),
                raw,
                inherits,
                map.get("needs") == null ? Optional.empty() : Optional.of(needs(map.get("needs"))),
                map.get("dependencies") == null
                        ? Optional.empty()
                        : Optional.of(reader.texts(map.get("dependencies"), "dependencies")),
                map.get("rules") == null ? Optional.empty() : Optional.of(rules(map.get("rules"))),
                map.get("only") == null ? Optional.empty() : Optional.of(refs(map.get("only"), "only")),
                map.get("except") == null ? Optional.empty() : Optional.of(refs(map.get("except"), "except")),
                when(map, "on_success"),
                allowFailure(map),
                duration(map.get("start_in"), Duration.ZERO),
                parts.artifacts(map.get("artifacts")),
                parts.caches(map.get("cache")),
                parts.retry(map.get("retry")),
                duration(map.get("timeout"), Duration.ofHours(1)),
                map.get("environment") instanceof Mapping environment
                        ? reader.text(environment.get("name"), "name")
                        : reader.text(map.get("environment"), "environment"),
                reader.text(map.get("resource_group"), "resource_group"),
                reader.bool(map.get("interruptible"), "interruptible", false),
                parallel,
                map.get("parallel") instanceof Mapping,
                reader.texts(map.get("tags"), "tags")));
    }

    /** A job with the defaults that it does not set itself, as far as {@code inherit} lets it have them. */
    private Mapping inherited(Mapping job, Mapping defaults) {
        Map<String, YamlNode> entries = new LinkedHashMap<>(job.entries());
        YamlNode inherit = reader.mapping(job.get("inherit"), "inherit").get("default");
        List<String> only =
                inherit instanceof YamlNode.Sequence ? reader.texts(inherit, "inherit") : List.copyOf(DEFAULTS);
        if (!(inherit instanceof YamlNode.Scalar flag) || !flag.text().equals("false")) {
            defaults.entries().forEach((name, value) -> {
                if (only.contains(name)) {
                    entries.putIfAbsent(name, value);
                }
            });
        }
        return new Mapping(job.place(), entries, job.keys());
    }

    private Map<String, String> variables(@Nullable YamlNode node, Set<String> raw) {
        Map<String, String> variables = new LinkedHashMap<>();
        reader.mapping(node, "variables").entries().forEach((name, value) -> {
            if (value instanceof Mapping map) {
                reader.knows(map, "the variable " + name, Set.of("value", "description", "options", "expand"));
                variables.put(name, reader.text(map.get("value"), name));
                if (!reader.bool(map.get("expand"), "expand", true)) {
                    raw.add(name);
                }
            } else {
                variables.put(name, reader.text(value, "the variable " + name));
            }
        });
        return variables;
    }

    private String when(Mapping map, String otherwise) {
        if (map.get("when") == null) {
            return otherwise;
        }
        String when = reader.text(map.get("when"), "when");
        if (!WHEN.contains(when)) {
            reader.problem(
                    map.keyPlace("when"),
                    "when: " + when + " is none of "
                            + String.join(", ", WHEN.stream().sorted().toList()));
        }
        return when;
    }

    private Optional<Boolean> allowFailure(Mapping map) {
        YamlNode node = map.get("allow_failure");
        if (node instanceof Mapping) {
            reader.problem(
                    map.keyPlace("allow_failure"),
                    "allow_failure:exit_codes is not understood here; use allow_failure: true, and let the script say which exit codes are bad");
            return Optional.empty();
        }
        return node == null ? Optional.empty() : Optional.of(reader.bool(node, "allow_failure", false));
    }

    private Duration duration(@Nullable YamlNode node, Duration otherwise) {
        if (node == null) {
            return otherwise;
        }
        try {
            return Durations.parse(reader.text(node, "a duration"));
        } catch (IllegalArgumentException e) {
            reader.problem(node.place(), String.valueOf(e.getMessage()));
            return otherwise;
        }
    }

    private List<Need> needs(@Nullable YamlNode node) {
        List<Need> needs = new ArrayList<>();
        for (YamlNode item : reader.items(node)) {
            if (item instanceof Mapping map) {
                reader.knows(map, "needs", Set.of("job", "artifacts", "optional", "parallel"));
                needs.add(new Need(
                        reader.text(map.get("job"), "job"),
                        reader.bool(map.get("artifacts"), "artifacts", true),
                        reader.bool(map.get("optional"), "optional", false)));
            } else {
                needs.add(new Need(reader.text(item, "needs"), true, false));
            }
        }
        return needs;
    }

    private List<Rule> rules(@Nullable YamlNode node) {
        List<Rule> rules = new ArrayList<>();
        for (YamlNode item : flat(node)) {
            Mapping map = reader.mapping(item, "a rule");
            reader.knows(
                    map,
                    "a rule",
                    Set.of(
                            "if",
                            "changes",
                            "exists",
                            "when",
                            "allow_failure",
                            "start_in",
                            "variables",
                            "needs",
                            "auto_cancel"));
            rules.add(new Rule(
                    Optional.ofNullable(map.get("if")).flatMap(this::condition),
                    paths(map.get("changes")),
                    paths(map.get("exists")),
                    when(map, ""),
                    allowFailure(map),
                    duration(map.get("start_in"), Duration.ZERO),
                    variables(map.get("variables"), new HashSet<>()),
                    map.get("needs") == null ? Optional.empty() : Optional.of(needs(map.get("needs")))));
        }
        return rules;
    }

    private List<YamlNode> flat(@Nullable YamlNode node) {
        List<YamlNode> items = new ArrayList<>();
        for (YamlNode item : reader.items(node)) {
            if (item instanceof YamlNode.Sequence inner) {
                items.addAll(flat(inner));
            } else {
                items.add(item);
            }
        }
        return items;
    }

    private Optional<RuleExpression.Condition> condition(YamlNode node) {
        try {
            return Optional.of(RuleExpression.parse(reader.text(node, "if")));
        } catch (IllegalArgumentException e) {
            reader.problem(node.place(), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private List<String> paths(@Nullable YamlNode node) {
        return node instanceof Mapping map ? reader.texts(map.get("paths"), "paths") : reader.texts(node, "paths");
    }

    private Refs refs(@Nullable YamlNode node, String what) {
        if (!(node instanceof Mapping map)) {
            return new Refs(reader.texts(node, what), List.of(), List.of());
        }
        reader.knows(map, what, Set.of("refs", "variables", "changes"));
        LinkedHashSet<RuleExpression.Condition> conditions = new LinkedHashSet<>();
        reader.items(map.get("variables")).forEach(one -> condition(one).ifPresent(conditions::add));
        return new Refs(reader.texts(map.get("refs"), "refs"), List.copyOf(conditions), paths(map.get("changes")));
    }
}
