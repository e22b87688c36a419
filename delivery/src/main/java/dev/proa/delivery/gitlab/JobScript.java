package dev.proa.delivery.gitlab;

import dev.proa.delivery.gitlab.GitlabJob.Cache;
import dev.proa.delivery.pipeline.NextStep;
import dev.proa.delivery.pipeline.ResultFile;
import dev.proa.delivery.pipeline.Step;
import dev.proa.delivery.pipeline.StepAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The steps of a job: checkout, caches and artifacts of others, its scripts, and then its own caches and artifacts. */
final class JobScript {
    /** Bash where the image has it, else sh. */
    private static final String SHELL =
            "sh -c 'if command -v bash > /dev/null 2>&1; then exec bash -eo pipefail \"$0\"; fi; exec sh -e \"$0\"' {0}";

    private final GitlabJobRun job;
    private final Map<String, String> env;
    private final List<Planned> steps = new ArrayList<>();

    /**
     * A step.
     *
     * @param when {@code on_success}, {@code on_failure} or {@code always}
     * @param harmless whether the job goes on when it fails
     * @param key whose hash the action's input {@code key} is; empty when none
     */
    record Planned(
            String name,
            String when,
            boolean harmless,
            StepAction action,
            List<String> key,
            Optional<Duration> timeout) {}

    /**
     * Plans the steps.
     *
     * @param env the variables of the job
     * @param artifacts ids of jobs whose artifacts it gets
     */
    JobScript(GitlabJobRun job, Map<String, String> env, List<String> artifacts) {
        this.job = job;
        this.env = env;
        if (!env.getOrDefault("GIT_STRATEGY", "clone").matches("none|empty")) {
            add("Get source from repository", "on_success", false, "actions/checkout", Map.of(), List.of());
        }
        for (Cache cache : job.spec.caches()) {
            if (policy(cache).contains("pull")) {
                Map<String, String> inputs = inputs(cache);
                inputs.put(
                        "restore-keys",
                        String.join(
                                "\n",
                                cache.fallbackKeys().stream().map(this::expand).toList()));
                add("Restore cache", "on_success", true, "actions/cache/restore", inputs, cache.keyFiles());
            }
        }
        for (String from : artifacts) {
            add(
                    "Download artifacts of " + from,
                    "on_success",
                    false,
                    "actions/download-artifact",
                    Map.of("name", from, "path", ".", "preserve-paths", "true"),
                    List.of());
        }
        List<String> lines = new ArrayList<>(job.spec.beforeScript());
        lines.addAll(job.spec.script());
        steps.add(new Planned("Run script", "on_success", false, script(lines), List.of(), Optional.empty()));
        if (!job.spec.afterScript().isEmpty()) {
            steps.add(new Planned(
                    "Run after_script",
                    "always",
                    true,
                    script(job.spec.afterScript()),
                    List.of(),
                    Optional.of(Duration.ofMinutes(5))));
        }
        for (Cache cache : job.spec.caches()) {
            if (policy(cache).contains("push")) {
                add("Save cache", cache.when(), true, "actions/cache/save", inputs(cache), cache.keyFiles());
            }
        }
        GitlabJob.Artifacts kept = job.spec.artifacts();
        if (!kept.paths().isEmpty()) {
            add("Upload artifacts", kept.when(), false, "actions/upload-artifact", artifacts(kept), List.of());
        }
    }

    private String expand(String text) {
        return Variables.expand(text, env);
    }

    private String policy(Cache cache) {
        return expand(cache.policy());
    }

    private Map<String, String> inputs(Cache cache) {
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put(
                "path",
                String.join("\n", cache.paths().stream().map(this::expand).toList()));
        inputs.put("key", cache.keyFiles().isEmpty() ? expand(cache.key()) : expand(cache.prefix()));
        return inputs;
    }

    private Map<String, String> artifacts(GitlabJob.Artifacts kept) {
        List<String> paths =
                new ArrayList<>(kept.paths().stream().map(this::expand).toList());
        kept.exclude().forEach(path -> paths.add("!" + expand(path)));
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs.put("name", job.id);
        inputs.put("path", String.join("\n", paths));
        inputs.put("preserve-paths", "true");
        if (!kept.expireIn().isEmpty() && !kept.expireIn().equals("never")) {
            inputs.put(
                    "retention-days",
                    String.valueOf(Math.max(1, Durations.parse(kept.expireIn()).toDays())));
        }
        return inputs;
    }

    private void add(
            String name, String when, boolean harmless, String action, Map<String, String> inputs, List<String> key) {
        steps.add(new Planned(
                name,
                when,
                harmless,
                new StepAction.BuiltIn(action, "v4", inputs, StepAction.Phase.MAIN, Map.of()),
                key.stream().map(this::expand).toList(),
                Optional.empty()));
    }

    /** The lines one after another, each printed before it runs. */
    private static StepAction script(List<String> lines) {
        StringBuilder script = new StringBuilder();
        for (String line : lines) {
            String first = line.lines().findFirst().orElse("");
            String shown = line.strip().equals(first.strip()) ? first : first + " # collapsed multi-line command";
            script.append("printf '%s\\n' '$ ")
                    .append(shown.replace("'", "'\\''"))
                    .append("'\n");
            script.append(line).append('\n');
        }
        return new StepAction.Script(script.toString(), SHELL, "");
    }

    List<Planned> steps() {
        return steps;
    }

    /** What is to be done at a step: run it, or hash the files of its key first. */
    NextStep next(Planned planned, String id) {
        StepAction action = planned.action();
        if (!planned.key().isEmpty() && action instanceof StepAction.BuiltIn builtIn) {
            String hash = job.hashes.get(planned.key());
            if (hash == null) {
                return new NextStep.HashFiles(planned.key());
            }
            Map<String, String> inputs = new LinkedHashMap<>(builtIn.inputs());
            String prefix = inputs.getOrDefault("key", "");
            inputs.put("key", (prefix.isEmpty() ? "" : prefix + "-") + (hash.isEmpty() ? "default" : hash));
            action = new StepAction.BuiltIn(builtIn.name(), builtIn.version(), inputs, builtIn.phase(), Map.of());
        }
        String dotenv = job.spec.artifacts().dotenv();
        List<ResultFile> files = planned.name().equals("Run script") && !dotenv.isEmpty()
                ? List.of(new ResultFile("DOTENV", "", expand(dotenv)))
                : List.of();
        Map<String, String> variables = new LinkedHashMap<>(env);
        variables.put("CI_JOB_STATUS", job.cancelled ? "canceled" : job.failed ? "failed" : "success");
        return new NextStep.Run(new Step(id, planned.name(), action, variables, List.of(), planned.timeout(), files));
    }
}
