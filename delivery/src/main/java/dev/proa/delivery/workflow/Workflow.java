package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.yaml.YamlNode.Place;
import dev.proa.delivery.workflow.expression.Template;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A workflow as its file has it.
 *
 * @param callInputs inputs of {@code workflow_call}; empty optional when it cannot be called
 * @param callSecrets the names of its secrets, and whether each is required
 * @param callOutputs of {@code workflow_call}
 */
record Workflow(
        String path,
        String name,
        Optional<Template> runName,
        Triggers triggers,
        Optional<Map<String, Triggers.Input>> callInputs,
        Map<String, Boolean> callSecrets,
        Map<String, Dynamic> callOutputs,
        Dynamic env,
        Defaults defaults,
        Dynamic concurrency,
        Map<String, String> permissions,
        Map<String, Job> jobs) {

    /** {@code defaults.run}. */
    record Defaults(Optional<Template> shell, Optional<Template> workingDirectory) {
        static final Defaults NONE = new Defaults(Optional.empty(), Optional.empty());

        Defaults or(Defaults other) {
            return new Defaults(shell.or(other::shell), workingDirectory.or(other::workingDirectory));
        }
    }

    /**
     * A job.
     *
     * @param uses of a reusable workflow; empty for a job with steps
     * @param secrets for that workflow
     * @param inheritSecrets whether it gets all
     */
    record Job(
            String id,
            Place place,
            Optional<Template> name,
            List<String> needs,
            Optional<Template> condition,
            Dynamic runsOn,
            Dynamic environment,
            Dynamic concurrency,
            Map<String, Dynamic> outputs,
            Dynamic env,
            Defaults defaults,
            Dynamic timeout,
            Dynamic matrix,
            Dynamic failFast,
            Dynamic maxParallel,
            Dynamic continueOnError,
            Dynamic container,
            Dynamic services,
            Map<String, String> permissions,
            List<StepSpec> steps,
            String uses,
            Dynamic with,
            Dynamic secrets,
            boolean inheritSecrets) {}

    /**
     * A step of a job or of a composite action.
     *
     * @param run the script; empty optional for {@code uses}
     */
    record StepSpec(
            Place place,
            String id,
            Optional<Template> name,
            Optional<Template> condition,
            Optional<Template> run,
            String uses,
            Map<String, Dynamic> with,
            Dynamic env,
            Optional<Template> shell,
            Optional<Template> workingDirectory,
            Dynamic continueOnError,
            Dynamic timeout) {}

    /** The needs of a job and theirs, and so on. */
    List<String> ancestors(String job) {
        LinkedHashMap<String, Boolean> seen = new LinkedHashMap<>();
        collect(job, seen);
        return List.copyOf(seen.keySet());
    }

    private void collect(String job, Map<String, Boolean> seen) {
        Job spec = jobs.get(job);
        for (String need : spec == null ? List.<String>of() : spec.needs()) {
            if (seen.putIfAbsent(need, true) == null) {
                collect(need, seen);
            }
        }
    }
}
