package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.Available;
import dev.proa.delivery.pipeline.JobStart;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.yaml.YamlNode.Place;
import dev.proa.delivery.workflow.expression.ExpressionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a workflow uses that cannot be had. */
final class MissingParts {
    private final Available available;
    private final Map<String, Workflow> called;
    private final Map<String, ActionFile> actions;
    private final Map<String, Boolean> seen = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    MissingParts(Available available, Map<String, Workflow> called, Map<String, ActionFile> actions) {
        this.available = available;
        this.called = called;
        this.actions = actions;
    }

    List<Problem> of(Workflow workflow) {
        visit(workflow);
        return problems.stream().distinct().toList();
    }

    private void visit(Workflow workflow) {
        if (seen.putIfAbsent(workflow.path(), true) != null) {
            return;
        }
        for (Workflow.Job job : workflow.jobs().values()) {
            if (job.uses().isEmpty()) {
                combinations(job).forEach(matrix -> containers(workflow.path(), job, matrix));
                steps(workflow.path(), job.steps());
            } else if (job.uses().startsWith("./")) {
                Workflow other = called.get(job.uses().substring(2));
                if (other != null) {
                    visit(other);
                }
            } else {
                add(
                        workflow.path(),
                        job.place(),
                        "the workflow " + job.uses() + " is of another repository, which cannot be had: copy it into "
                                + WorkflowFile.FOLDER);
            }
        }
    }

    /** The combinations of a matrix that is known before anything runs; else one with nothing. */
    private static List<Map<String, @Nullable Object>> combinations(Workflow.Job job) {
        return !job.matrix().absent() && job.matrix().constant()
                ? Matrix.combinations(job.matrix().value(JobScope.EMPTY))
                : List.of(Map.of());
    }

    private void containers(String path, Workflow.Job job, Map<String, @Nullable Object> matrix) {
        JobScope scope = JobScope.of(Map.of("matrix", matrix));
        Optional<@Nullable Object> container = known(job.container(), scope);
        Optional<JobStart.ContainerSpec> own = container.flatMap(JobResolver::container);
        own.ifPresent(one -> image(path, job, one.image()));
        if (job.container().absent()) {
            List<String> labels =
                    known(job.runsOn(), scope).map(JobResolver::labels).orElse(List.of());
            if (!labels.isEmpty() && !available.labels(labels)) {
                add(path, job.place(), "there is no image for runs-on: " + String.join(", ", labels));
            }
        }
        if (job.services() instanceof Dynamic.Entries services) {
            services.entries()
                    .values()
                    .forEach(service -> known(service, scope)
                            .flatMap(JobResolver::container)
                            .ifPresent(one -> image(path, job, one.image())));
        }
    }

    private void image(String path, Workflow.Job job, String image) {
        if (!available.image(image)) {
            add(path, job.place(), "the image " + image + " of job '" + job.id() + "' cannot be had");
        }
    }

    /** A value, as far as it is known before anything runs: from constants and the matrix. */
    private static Optional<@Nullable Object> known(Dynamic part, JobScope scope) {
        boolean[] unknown = {false};
        visit(part, unknown);
        try {
            return unknown[0] ? Optional.empty() : Optional.ofNullable(part.value(scope));
        } catch (ExpressionException e) {
            return Optional.empty();
        }
    }

    private static void visit(Dynamic part, boolean[] unknown) {
        switch (part) {
            case Dynamic.Constant _ -> {}
            case Dynamic.Text text ->
                text.template()
                        .parts()
                        .forEach(one -> one.walk(inner -> unknown[0] |=
                                inner instanceof dev.proa.delivery.workflow.expression.Expression.Context(String name)
                                        && !name.equals("matrix")));
            case Dynamic.Items list -> list.items().forEach(item -> visit(item, unknown));
            case Dynamic.Entries map ->
                map.entries().forEach((name, value) -> {
                    if (!name.equals("env") && !name.equals("credentials")) {
                        visit(value, unknown);
                    }
                });
        }
    }

    private void steps(String path, List<Workflow.StepSpec> steps) {
        for (Workflow.StepSpec step : steps) {
            String uses = step.uses();
            if (uses.startsWith("docker://")) {
                String image = uses.substring("docker://".length());
                if (!available.image(image)) {
                    add(path, step.place(), "the image " + image + " cannot be had");
                }
            } else if (uses.startsWith("./")) {
                local(path, step);
            } else if (!uses.isEmpty()) {
                int at = uses.lastIndexOf('@');
                if (!available.action(uses.substring(0, at), uses.substring(at + 1))) {
                    add(
                            path,
                            step.place(),
                            "the action " + uses
                                    + " is of another repository, which cannot be had: do it with run, or copy the action into the repository");
                }
            }
        }
    }

    private void local(String path, Workflow.StepSpec step) {
        ActionFile action = actions.get(step.uses().substring(2).replaceAll("/+$", ""));
        if (action == null || seen.putIfAbsent("action " + action.folder(), true) != null) {
            return;
        }
        switch (action.runs()) {
            case ActionFile.Runs.Composite it -> steps(action.folder() + "/action.yml", it.steps());
            case ActionFile.Runs.Docker it -> {
                if (!it.image().isEmpty() && !available.image(it.image())) {
                    add(path, step.place(), "the image " + it.image() + " of " + step.uses() + " cannot be had");
                }
            }
            case ActionFile.Runs.JavaScript _ -> {}
        }
    }

    private void add(String path, Place place, String message) {
        problems.add(new Problem(path, place.line(), place.column(), message));
    }
}
