package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import dev.proa.delivery.workflow.Scalars.Where;
import dev.proa.delivery.workflow.Workflow.Defaults;
import dev.proa.delivery.workflow.Workflow.Job;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads workflows. For one file. */
final class WorkflowReader {
    private static final Set<String> KEYS =
            Set.of("name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs");
    private static final Set<String> JOB_KEYS = Set.of(
            "name",
            "needs",
            "if",
            "permissions",
            "runs-on",
            "environment",
            "concurrency",
            "outputs",
            "env",
            "defaults",
            "steps",
            "timeout-minutes",
            "strategy",
            "continue-on-error",
            "container",
            "services",
            "snapshot");
    private static final Set<String> CALL_KEYS =
            Set.of("name", "needs", "if", "permissions", "concurrency", "strategy", "uses", "with", "secrets");

    private final YamlReader reader;
    private final Scalars scalars;

    WorkflowReader(YamlReader reader) {
        this.reader = reader;
        this.scalars = new Scalars(reader);
    }

    Workflow read(YamlNode root) {
        YamlNode.Mapping map = reader.mapping(root, "a workflow");
        reader.knows(map, "a workflow", KEYS);
        if (map.get("on") == null) {
            reader.problem(map.place(), "the workflow does not say when it runs: on is missing");
        }
        TriggersReader triggersReader = new TriggersReader(reader, scalars);
        Triggers triggers = triggersReader.read(map.get("on"));
        Map<String, Job> jobs = new LinkedHashMap<>();
        YamlNode.Mapping jobNodes = reader.mapping(map.get("jobs"), "jobs");
        jobNodes.entries()
                .forEach((id, node) -> jobs.put(id, job(id, jobNodes.keyPlace(id), reader.mapping(node, "job " + id))));
        if (jobs.isEmpty()) {
            reader.problem(map.keyPlace("jobs"), "the workflow has no jobs");
        }
        checkNeeds(jobs);
        String name = reader.text(map.get("name"), "name");
        return new Workflow(
                reader.file(),
                name.isEmpty() ? reader.file() : name,
                scalars.template(map.get("run-name"), "run-name", Where.RUN),
                triggers,
                triggersReader.callInputs,
                triggersReader.callSecrets,
                triggersReader.callOutputs,
                env(map.get("env"), Where.ENV),
                defaults(map.get("defaults"), Where.RUN),
                concurrency(map.get("concurrency"), Where.RUN),
                permissions(map.get("permissions")),
                jobs);
    }

    private Dynamic env(@Nullable YamlNode node, Where where) {
        if (node != null && !(node instanceof YamlNode.Scalar)) {
            reader.mapping(node, "env").entries().forEach((name, value) -> {
                if (!(value instanceof YamlNode.Scalar)) {
                    reader.problem(value.place(), "the variable " + name + " must be a text");
                }
            });
        }
        return scalars.dynamic(node, where);
    }

    private Defaults defaults(@Nullable YamlNode node, Where where) {
        YamlNode.Mapping map = reader.mapping(node, "defaults");
        reader.knows(map, "defaults", Set.of("run"));
        YamlNode.Mapping run = reader.mapping(map.get("run"), "run");
        reader.knows(run, "defaults.run", Set.of("shell", "working-directory"));
        return new Defaults(
                scalars.template(run.get("shell"), "shell", where),
                scalars.template(run.get("working-directory"), "working-directory", where));
    }

    private Dynamic concurrency(@Nullable YamlNode node, Where where) {
        if (node instanceof YamlNode.Mapping map) {
            reader.knows(map, "concurrency", Set.of("group", "cancel-in-progress", "queue"));
            if (map.get("group") == null) {
                reader.problem(map.place(), "concurrency needs a group");
            }
        }
        return scalars.dynamic(node, where);
    }

    private Map<String, String> permissions(@Nullable YamlNode node) {
        Map<String, String> permissions = new LinkedHashMap<>();
        if (node instanceof YamlNode.Scalar scalar) {
            if (!Set.of("read-all", "write-all").contains(scalar.text()) && !node.empty()) {
                reader.problem(node.place(), "permissions are read-all, write-all, or a map");
            }
            permissions.put("*", scalar.text().replace("-all", ""));
            return permissions;
        }
        reader.map(node, "permissions").forEach((name, level) -> {
            if (!Set.of("read", "write", "none").contains(level)) {
                reader.problem(
                        node == null ? new YamlNode.Place(1, 1) : node.place(),
                        "the permission " + name + " is read, write or none, not '" + level + "'");
            }
            permissions.put(name, level);
        });
        if (node != null && permissions.isEmpty()) {
            permissions.put("*", "none");
        }
        return permissions;
    }

    private void checkNeeds(Map<String, Job> jobs) {
        for (Job job : jobs.values()) {
            for (String need : job.needs()) {
                if (!jobs.containsKey(need)) {
                    reader.problem(job.place(), "job '" + job.id() + "' needs '" + need + "', which is no job");
                }
            }
            if (reaches(job.id(), job.needs(), jobs, new HashSet<>())) {
                reader.problem(
                        job.place(),
                        "job '" + job.id() + "' needs itself, by way of " + String.join(", ", job.needs()));
            }
        }
    }

    private static boolean reaches(String id, List<String> needs, Map<String, Job> jobs, Set<String> seen) {
        for (String need : needs) {
            Job job = jobs.get(need);
            if (need.equals(id) || seen.add(need) && job != null && reaches(id, job.needs(), jobs, seen)) {
                return true;
            }
        }
        return false;
    }

    private Job job(String id, YamlNode.Place place, YamlNode.Mapping map) {
        boolean calls = map.get("uses") != null;
        reader.knows(map, calls ? "a job that uses a workflow" : "a job", calls ? CALL_KEYS : JOB_KEYS);
        if (!id.matches("[A-Za-z_][A-Za-z0-9_-]*")) {
            reader.problem(
                    place,
                    "the id '" + id + "' is invalid: it starts with a letter or _, and has letters, digits, - and _");
        }
        if (!calls && map.get("runs-on") == null) {
            reader.problem(place, "job '" + id + "' does not say where it runs: runs-on is missing");
        }
        List<Workflow.StepSpec> steps = new StepReader(reader, scalars).read(map.get("steps"), false);
        if (!calls && steps.isEmpty()) {
            reader.problem(place, "job '" + id + "' has no steps");
        }
        String uses = reader.text(map.get("uses"), "uses");
        YamlNode.Mapping strategy = reader.mapping(map.get("strategy"), "strategy");
        reader.knows(strategy, "strategy", Set.of("matrix", "fail-fast", "max-parallel"));
        checkContainers(map);
        boolean inherit = map.get("secrets") instanceof YamlNode.Scalar scalar
                && scalar.text().equals("inherit");
        return new Job(
                id,
                place,
                scalars.template(map.get("name"), "name", Where.JOB),
                reader.texts(map.get("needs"), "needs"),
                scalars.condition(map.get("if"), Where.JOB_IF),
                scalars.dynamic(map.get("runs-on"), Where.JOB),
                scalars.dynamic(map.get("environment"), Where.OUTPUTS),
                concurrency(map.get("concurrency"), Where.JOB),
                scalars.entries(reader.mapping(map.get("outputs"), "outputs"), Where.OUTPUTS),
                env(map.get("env"), Where.JOB_ENV),
                defaults(map.get("defaults"), Where.JOB_ENV),
                scalars.dynamic(map.get("timeout-minutes"), Where.JOB),
                matrix(strategy),
                scalars.dynamic(strategy.get("fail-fast"), Where.STRATEGY),
                scalars.dynamic(strategy.get("max-parallel"), Where.STRATEGY),
                scalars.dynamic(map.get("continue-on-error"), Where.JOB),
                scalars.dynamic(map.get("container"), Where.JOB_ENV),
                scalars.dynamic(map.get("services"), Where.JOB_ENV),
                permissions(map.get("permissions")),
                steps,
                uses,
                scalars.dynamic(map.get("with"), Where.JOB),
                inherit ? Dynamic.Constant.NOTHING : scalars.dynamic(map.get("secrets"), Where.JOB_ENV),
                inherit);
    }

    private Dynamic matrix(YamlNode.Mapping strategy) {
        YamlNode node = strategy.get("matrix");
        Dynamic matrix = scalars.dynamic(node, Where.STRATEGY);
        if (node != null && matrix.constant()) {
            try {
                Matrix.combinations(matrix.value(JobScope.EMPTY));
            } catch (IllegalArgumentException e) {
                reader.problem(strategy.keyPlace("matrix"), String.valueOf(e.getMessage()));
            }
        }
        return matrix;
    }

    private void checkContainers(YamlNode.Mapping job) {
        Set<String> keys =
                Set.of("image", "credentials", "env", "ports", "volumes", "options", "command", "entrypoint");
        if (job.get("container") instanceof YamlNode.Mapping container) {
            reader.knows(container, "container", keys);
        }
        if (job.get("services") instanceof YamlNode.Mapping services) {
            services.entries().forEach((name, service) -> {
                if (service instanceof YamlNode.Mapping map) {
                    reader.knows(map, "the service " + name, keys);
                }
            });
        }
    }
}
