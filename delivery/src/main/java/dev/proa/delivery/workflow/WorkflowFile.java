package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.Available;
import dev.proa.delivery.pipeline.OutputReader;
import dev.proa.delivery.pipeline.ParseOutcome;
import dev.proa.delivery.pipeline.Pipeline;
import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.RunSetup;
import dev.proa.delivery.pipeline.RunState;
import dev.proa.delivery.pipeline.TriggerDecision;
import dev.proa.delivery.pipeline.TriggerEvent;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import dev.proa.delivery.pipeline.yaml.YamlTree;
import dev.proa.delivery.workflow.expression.Values;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A workflow of GitHub with the workflows and actions of its repository that it uses. Immutable. */
public final class WorkflowFile implements Pipeline {
    /** The folder of workflows. */
    public static final String FOLDER = ".github/workflows";

    private final Workflow workflow;
    private final Map<String, Workflow> called;
    private final Map<String, ActionFile> actions;

    private WorkflowFile(Workflow workflow, Map<String, Workflow> called, Map<String, ActionFile> actions) {
        this.workflow = workflow;
        this.called = called;
        this.actions = actions;
    }

    /**
     * Reads a workflow, and what it uses of its repository.
     *
     * @param path of the file
     */
    public static ParseOutcome parse(String path, byte[] bytes, RepositoryFiles files) {
        List<Problem> problems = new ArrayList<>();
        Map<String, Workflow> called = new HashMap<>();
        Map<String, ActionFile> actions = new HashMap<>();
        Workflow workflow = read(path, bytes, problems);
        if (workflow != null) {
            collect(workflow, files, called, actions, problems);
        }
        return workflow == null || !problems.isEmpty()
                ? new ParseOutcome.Rejected(problems.stream().distinct().toList())
                : new ParseOutcome.Parsed(new WorkflowFile(workflow, Map.copyOf(called), Map.copyOf(actions)));
    }

    private static @Nullable Workflow read(String path, byte[] bytes, List<Problem> problems) {
        int before = problems.size();
        Workflow workflow = YamlTree.read(path, bytes, YamlTree.Dialect.GITHUB, problems)
                .map(root -> new WorkflowReader(new YamlReader(path, problems)).read(root))
                .orElse(null);
        if (workflow == null && problems.size() == before) {
            problems.add(new Problem(path, 1, 1, "the file is empty"));
        }
        return workflow;
    }

    private static void collect(
            Workflow workflow,
            RepositoryFiles files,
            Map<String, Workflow> called,
            Map<String, ActionFile> actions,
            List<Problem> problems) {
        for (Workflow.Job job : workflow.jobs().values()) {
            if (job.uses().startsWith("./")) {
                call(workflow, job, files, called, actions, problems);
            }
            collect(workflow.path(), job.steps(), files, actions, problems);
        }
    }

    private static void call(
            Workflow workflow,
            Workflow.Job job,
            RepositoryFiles files,
            Map<String, Workflow> called,
            Map<String, ActionFile> actions,
            List<Problem> problems) {
        String path = job.uses().substring(2);
        if (called.containsKey(path)) {
            return;
        }
        byte[] bytes = files.read(path);
        if (bytes == null) {
            problems.add(problem(workflow.path(), job, "there is no workflow " + path));
            return;
        }
        Workflow other = read(path, bytes, problems);
        if (other == null) {
            return;
        }
        if (other.callInputs().isEmpty()) {
            problems.add(problem(workflow.path(), job, path + " cannot be called: its on has no workflow_call"));
        }
        called.put(path, other);
        collect(other, files, called, actions, problems);
    }

    private static void collect(
            String path,
            List<Workflow.StepSpec> steps,
            RepositoryFiles files,
            Map<String, ActionFile> actions,
            List<Problem> problems) {
        for (Workflow.StepSpec step : steps) {
            String folder = step.uses().startsWith("./") ? folder(step.uses()) : "";
            if (!step.uses().startsWith("./") || actions.containsKey(folder)) {
                continue;
            }
            List<Problem> own = new ArrayList<>();
            ActionFile action = ActionFile.read(folder, files, own);
            if (action == null) {
                problems.add(new Problem(
                        path,
                        step.place().line(),
                        step.place().column(),
                        "the action " + step.uses() + " cannot be used: "
                                + own.getFirst().message()));
                own.stream().filter(one -> !one.file().equals(folder)).forEach(problems::add);
                continue;
            }
            actions.put(folder, action);
            if (action.runs() instanceof ActionFile.Runs.Composite(List<Workflow.StepSpec> inner)) {
                collect(folder + "/action.yml", inner, files, actions, problems);
            }
        }
    }

    private static String folder(String uses) {
        return uses.substring(2).replaceAll("/+$", "");
    }

    private static Problem problem(String path, Workflow.Job job, String message) {
        return new Problem(path, job.place().line(), job.place().column(), message);
    }

    @Override
    public String path() {
        return workflow.path();
    }

    @Override
    public String name() {
        return workflow.name();
    }

    @Override
    public TriggerDecision trigger(TriggerEvent event) {
        return workflow.triggers().decide(event);
    }

    @Override
    public List<String> schedules() {
        return workflow.triggers().schedules();
    }

    @Override
    public List<Problem> missing(Available available) {
        return new MissingParts(available, called, actions).of(workflow);
    }

    @Override
    public RunState start(RunSetup setup) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>(setup.event().inputs());
        Invocation base = new Invocation("", "", "", 0, workflow, Map.of(), setup.secrets());
        Map<String, @Nullable Object> inputs = CallInputs.typed(
                workflow.triggers().inputs(),
                Values.object(setup.event().inputs()),
                JobPlanner.scope(setup, base),
                workflow.path());
        return WorkflowRun.start(
                setup,
                this,
                new Invocation(
                        "",
                        "",
                        "",
                        0,
                        workflow,
                        setup.event().kind() == TriggerEvent.Kind.DISPATCH || !given.isEmpty() ? inputs : Map.of(),
                        setup.secrets()));
    }

    @Override
    public OutputReader outputReader(Collection<String> masked) {
        return new CommandReader(masked);
    }

    /** The workflow that a job calls. */
    Workflow called(String uses) {
        Workflow other = uses.startsWith("./") ? called.get(uses.substring(2)) : null;
        if (other == null) {
            throw new IllegalArgumentException("the workflow " + uses + " is of another repository, and cannot be had");
        }
        return other;
    }

    /** The action in a folder. */
    ActionFile action(String folder) {
        ActionFile action = actions.get(folder);
        if (action == null) {
            throw new IllegalArgumentException("there is no action in " + folder);
        }
        return action;
    }
}
