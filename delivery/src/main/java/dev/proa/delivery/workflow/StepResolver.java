package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.ResultFile;
import dev.proa.delivery.pipeline.RunnerFacts;
import dev.proa.delivery.pipeline.Step;
import dev.proa.delivery.pipeline.StepAction;
import dev.proa.delivery.pipeline.StepAction.Phase;
import dev.proa.delivery.workflow.JobRun.Frame;
import dev.proa.delivery.workflow.Workflow.StepSpec;
import dev.proa.delivery.workflow.expression.Template;
import dev.proa.delivery.workflow.expression.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resolves steps of one job: their contexts, environment, and what they do. */
final class StepResolver {
    /** The files by which steps tell things. */
    static final List<ResultFile> RESULT_FILES = List.of(
            new ResultFile("GITHUB_OUTPUT", "GITHUB_OUTPUT", ""),
            new ResultFile("GITHUB_ENV", "GITHUB_ENV", ""),
            new ResultFile("GITHUB_PATH", "GITHUB_PATH", ""),
            new ResultFile("GITHUB_STATE", "GITHUB_STATE", ""),
            new ResultFile("GITHUB_STEP_SUMMARY", "GITHUB_STEP_SUMMARY", ""));

    private static final int MOST_LEVELS = 10;

    private final JobRun job;
    private final JobScope scope;
    private final Actions actions;

    /** Finds actions of the repository. */
    @FunctionalInterface
    interface Actions {
        /** @throws IllegalArgumentException when there is none there, or when it is broken */
        ActionFile find(String folder);
    }

    /** An expression asks for the hash of files that is not known yet. */
    static final class NeedsHash extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient List<String> patterns;

        NeedsHash(List<String> patterns) {
            super("", null, false, false);
            this.patterns = patterns;
        }

        List<String> patterns() {
            return patterns;
        }
    }

    StepResolver(JobRun job, JobScope scope, Actions actions) {
        this.job = job;
        this.scope = scope;
        this.actions = actions;
    }

    private RunnerFacts runner() {
        return Objects.requireNonNull(job.runner);
    }

    private Map<String, @Nullable Object> runnerContext() {
        Map<String, @Nullable Object> context = new LinkedHashMap<>();
        context.put("name", runner().name());
        context.put("os", runner().os());
        context.put("arch", runner().arch());
        context.put("temp", runner().temp());
        context.put("tool_cache", runner().toolCache());
        context.put("environment", "self-hosted");
        return context;
    }

    private Map<String, @Nullable Object> github(@Nullable Frame frame, @Nullable StepSpec spec) {
        Map<String, @Nullable Object> github = new LinkedHashMap<>();
        if (scope.context("github") instanceof Map<?, ?> base) {
            base.forEach((name, value) -> github.put((String) name, value));
        }
        github.put("workspace", runner().workspace());
        github.put("job", job.spec.id());
        if (spec != null) {
            github.put("action", !spec.id().isEmpty() ? spec.id() : spec.run().isPresent() ? "__run" : spec.uses());
        }
        if (frame != null && frame.action != null) {
            github.put("action_path", runner().workspace() + "/" + frame.action.folder());
            github.put("action_status", frame.failed ? "failure" : job.cancelled ? "cancelled" : "success");
        }
        return github;
    }

    /** The scope of what stands in the job beside its steps, with the results of its own steps. */
    JobScope jobScope() {
        Frame last = job.frames.peekLast();
        return scope(last == null ? finished() : last, null);
    }

    private Frame finished() {
        Frame frame = new Frame(List.of(), "", null, job.invocation.inputs(), Map.of());
        frame.failed = job.failed;
        frame.results = job.finishedResults;
        return frame;
    }

    /** The scope of a step, or of what stands beside steps, without what the step itself adds to {@code env}. */
    JobScope scope(Frame frame, @Nullable StepSpec spec) {
        Map<String, @Nullable Object> jobContext = new LinkedHashMap<>();
        jobContext.put("status", job.failed ? "failure" : job.cancelled ? "cancelled" : "success");
        Map<String, @Nullable Object> services = new LinkedHashMap<>();
        runner().servicePorts()
                .forEach((name, ports) ->
                        services.put(name, Map.of("ports", Values.object(ports), "id", name, "network", "")));
        jobContext.put("services", services);
        return scope.with("github", github(frame, spec))
                .with("runner", runnerContext())
                .with("job", jobContext)
                .with("steps", frame.results)
                .with("inputs", frame.inputs)
                .with("env", Values.object(environment(frame)))
                .with(function -> switch (function) {
                    case ALWAYS -> true;
                    case CANCELLED -> job.cancelled;
                    case FAILURE -> frame.failed && !job.cancelled;
                    default -> !frame.failed && !job.cancelled;
                })
                .hashing(patterns -> {
                    String known = job.hashes.get(patterns);
                    if (known == null) {
                        throw new NeedsHash(patterns);
                    }
                    return known;
                });
    }

    /** The variables that the workflow, the job, steps before and the actions around it set, each over those before. */
    private Map<String, String> environment(Frame frame) {
        Map<String, String> env = new LinkedHashMap<>();
        JobScope base = scope.with("github", github(null, null)).with("env", Map.of());
        put(env, job.invocation.workflow().env(), base);
        put(env, job.spec.env(), base.with("env", Values.object(env)));
        env.putAll(job.addedEnv);
        env.putAll(frame.env);
        return env;
    }

    private static void put(Map<String, String> env, Dynamic values, JobScope scope) {
        if (values.value(scope) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> env.put((String) name, Values.text(value)));
        }
    }

    String title(StepSpec spec, JobScope scope) {
        if (spec.name().isPresent()) {
            return spec.name().get().text(scope);
        }
        return "Run "
                + spec.run()
                        .map(Template::text)
                        .orElse(spec.uses())
                        .strip()
                        .lines()
                        .findFirst()
                        .orElse("");
    }

    /** The steps of a composite action that a step uses; empty when it uses none. */
    Optional<Frame> composite(Frame frame, StepSpec spec, JobScope scope, String id) {
        if (!spec.uses().startsWith("./")) {
            return Optional.empty();
        }
        ActionFile action = actions.find(folder(spec.uses()));
        if (!(action.runs() instanceof ActionFile.Runs.Composite(List<StepSpec> steps))) {
            return Optional.empty();
        }
        if (job.frames.size() >= MOST_LEVELS) {
            throw new IllegalArgumentException(
                    "composite actions use each other more than " + MOST_LEVELS + " levels deep");
        }
        Map<String, String> env = new LinkedHashMap<>(frame.env);
        put(env, spec.env(), scope);
        return Optional.of(new Frame(steps, id + "-", action, inputs(action, spec, scope), env));
    }

    private static String folder(String uses) {
        return uses.substring(2).replaceAll("/+$", "");
    }

    private static Map<String, @Nullable Object> inputs(ActionFile action, StepSpec spec, JobScope scope) {
        Map<String, @Nullable Object> inputs = new LinkedHashMap<>();
        action.inputs().forEach((name, standard) -> {
            Dynamic given = spec.with().get(name);
            inputs.put(name, Values.text((given == null ? standard : given).value(scope)));
        });
        return inputs;
    }

    /** A step with everything resolved. */
    Step step(Frame frame, StepSpec spec, JobScope before, String id, String name) {
        Map<String, String> env = environment(frame);
        put(env, spec.env(), before);
        JobScope scope = before.with("env", Values.object(env));
        Map<String, String> all = new LinkedHashMap<>(GithubContext.variables(github(frame, spec), runnerContext()));
        all.put("HOME", runner().home());
        all.putAll(env);
        StepAction action = spec.run().isPresent() ? script(spec, scope) : action(spec, scope, all);
        double minutes = Values.number(spec.timeout().value(scope));
        Optional<Duration> timeout =
                minutes > 0 ? Optional.of(Duration.ofMillis((long) (minutes * 60_000))) : Optional.empty();
        return new Step(id, name, action, all, job.addedPath, timeout, RESULT_FILES);
    }

    private StepAction script(StepSpec spec, JobScope scope) {
        Workflow.Defaults defaults = job.frames.size() > 1
                ? Workflow.Defaults.NONE
                : job.spec.defaults().or(job.invocation.workflow().defaults());
        String shell =
                spec.shell().or(defaults::shell).map(one -> one.text(scope)).orElse("");
        String folder = spec.workingDirectory()
                .or(defaults::workingDirectory)
                .map(one -> one.text(scope))
                .orElse("");
        return new StepAction.Script(spec.run().orElseThrow().text(scope), command(shell), folder);
    }

    private String command(String shell) {
        return switch (shell) {
            case "" -> job.spec.container().absent() ? "bash -e {0}" : "sh -e {0}";
            case "bash" -> "bash --noprofile --norc -eo pipefail {0}";
            case "sh" -> "sh -e {0}";
            case "python" -> "python {0}";
            case "pwsh" -> "pwsh -command \". '{0}'\"";
            case "cmd", "powershell" ->
                throw new IllegalArgumentException("the shell " + shell + " is there only on Windows");
            default -> {
                if (!shell.contains("{0}")) {
                    throw new IllegalArgumentException("the shell '" + shell
                            + "' must be bash, sh, python, pwsh, or a command line with {0} for the script");
                }
                yield shell;
            }
        };
    }

    private StepAction action(StepSpec spec, JobScope scope, Map<String, String> env) {
        String uses = spec.uses();
        Map<String, String> with = new LinkedHashMap<>();
        spec.with().forEach((name, value) -> with.put(name, Values.text(value.value(scope))));
        if (uses.startsWith("docker://")) {
            inputVariables(with, env);
            return new StepAction.Container(
                    uses.substring("docker://".length()),
                    "",
                    with.getOrDefault("entrypoint", ""),
                    words(with.getOrDefault("args", "")),
                    Phase.MAIN);
        }
        if (!uses.startsWith("./")) {
            int at = uses.lastIndexOf('@');
            return new StepAction.BuiltIn(uses.substring(0, at), uses.substring(at + 1), with, Phase.MAIN, Map.of());
        }
        ActionFile action = actions.find(folder(uses));
        Map<String, @Nullable Object> inputs = inputs(action, spec, scope);
        inputs.forEach((name, value) -> inputVariables(Map.of(name, Values.text(value)), env));
        JobScope inside = scope.with("inputs", inputs);
        return switch (action.runs()) {
            case ActionFile.Runs.JavaScript it ->
                new StepAction.JavaScript(action.folder(), it.main(), it.node(), Phase.MAIN);
            case ActionFile.Runs.Docker it -> {
                put(env, it.env(), inside);
                List<String> arguments = new ArrayList<>();
                if (it.arguments().value(inside) instanceof List<?> list) {
                    list.forEach(argument -> arguments.add(Values.text(argument)));
                }
                yield new StepAction.Container(it.image(), it.dockerfile(), it.entrypoint(), arguments, Phase.MAIN);
            }
            case ActionFile.Runs.Composite _ -> throw new IllegalStateException("composite actions are steps");
        };
    }

    private static void inputVariables(Map<String, String> inputs, Map<String, String> env) {
        inputs.forEach(
                (name, value) -> env.put("INPUT_" + name.replace(' ', '_').toUpperCase(Locale.ROOT), value));
    }

    /** The words of a command line, with quotes as a shell has them. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        java.util.regex.Matcher matcher =
                java.util.regex.Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)").matcher(line);
        while (matcher.find()) {
            words.add(
                    matcher.group(1) != null
                            ? matcher.group(1)
                            : matcher.group(2) != null ? matcher.group(2) : matcher.group(3));
        }
        return words;
    }

    /** The post step of a step that has run, if its action has one. */
    Optional<JobRun.Post> post(Frame frame, StepSpec spec, Step step, Map<String, String> state) {
        Optional<Template> condition = Optional.of(Template.condition("always()"));
        StepAction action;
        switch (step.action()) {
            case StepAction.BuiltIn it -> {
                if (!it.name().matches("actions/(checkout|cache|setup-.*)|docker/login-action")) {
                    return Optional.empty();
                }
                action = new StepAction.BuiltIn(it.name(), it.version(), it.inputs(), Phase.POST, state);
                // These save what a job has made, which is only worth keeping when it is whole.
                if (it.name().equals("actions/cache") || it.name().startsWith("actions/setup-")) {
                    condition = Optional.of(Template.condition("success()"));
                }
            }
            case StepAction.JavaScript it -> {
                if (!(actions.find(it.folder()).runs() instanceof ActionFile.Runs.JavaScript js)
                        || js.post().isEmpty()) {
                    return Optional.empty();
                }
                action = new StepAction.JavaScript(it.folder(), js.post(), it.node(), Phase.POST);
                condition = js.postCondition().or(() -> Optional.of(Template.condition("always()")));
            }
            case StepAction.Container it -> {
                if (!spec.uses().startsWith("./")
                        || !(actions.find(folder(spec.uses())).runs() instanceof ActionFile.Runs.Docker docker)
                        || docker.postEntrypoint().isEmpty()) {
                    return Optional.empty();
                }
                action = new StepAction.Container(
                        it.image(), it.dockerfile(), docker.postEntrypoint(), it.arguments(), Phase.POST);
                condition = docker.postCondition().or(() -> Optional.of(Template.condition("always()")));
            }
            case StepAction.Script _ -> {
                return Optional.empty();
            }
        }
        Map<String, String> env = new LinkedHashMap<>(step.env());
        state.forEach((name, value) -> env.put("STATE_" + name, value));
        return Optional.of(new JobRun.Post("post-" + step.id(), "Post " + step.name(), action, condition, env));
    }

    Map<String, String> postEnv(JobRun.Post post) {
        Map<String, String> env = new LinkedHashMap<>(post.env());
        env.putAll(job.addedEnv);
        return env;
    }
}
