package dev.proa.delivery.pipeline.run;

import dev.proa.delivery.git.RepositoryName;
import dev.proa.delivery.pipeline.Conclusion;
import dev.proa.delivery.pipeline.StepAction.BuiltIn;
import dev.proa.delivery.pipeline.StepAction.Phase;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.Repository;

/** The actions that the runner has itself, for one job. Those that set up a language take what the job's image has. */
final class BuiltInActions {
    private static final Set<String> NAMES = Set.of(
            "actions/checkout",
            "actions/setup-java",
            "actions/setup-node",
            "actions/setup-go",
            "actions/setup-python",
            "actions/cache",
            "actions/cache/restore",
            "actions/cache/save",
            "actions/upload-artifact",
            "actions/download-artifact",
            "azure/setup-kubectl",
            "docker/login-action",
            "docker/setup-buildx-action",
            "docker/setup-qemu-action",
            "docker/build-push-action");

    private final RunContext context;
    private final Job job;
    private final ImageTool docker;
    private final Transfers transfers;

    /**
     * The job whose steps use actions.
     *
     * @param url of the repository
     */
    record Job(
            String namespace,
            String repository,
            String run,
            String commit,
            String ref,
            String url,
            String workspace,
            String home,
            JobContainer container) {}

    /** How an action ended, in the terms of {@link dev.proa.delivery.pipeline.RunEvent.StepEnded}. */
    record Ended(
            Conclusion outcome,
            String message,
            Map<String, String> files,
            Map<String, String> outputs,
            Map<String, String> state) {
        static Ended well() {
            return new Ended(Conclusion.SUCCESS, "", Map.of(), Map.of(), Map.of());
        }

        static Ended with(Map<String, String> outputs, Map<String, String> state) {
            return new Ended(Conclusion.SUCCESS, "", Map.of(), outputs, state);
        }

        static Ended failed(String message) {
            return new Ended(Conclusion.FAILURE, message, Map.of(), Map.of(), Map.of());
        }
    }

    BuiltInActions(RunContext context, Job job, ImageTool docker) {
        this.context = context;
        this.job = job;
        this.docker = docker;
        transfers = new Transfers(context, job);
    }

    /** Whether there is an action of that name. */
    static boolean has(String name) {
        return NAMES.contains(name);
    }

    /**
     * Runs a phase of an action.
     *
     * @param log is told lines
     */
    Ended run(BuiltIn action, Consumer<String> log) throws InterruptedException {
        try {
            return action.phase() == Phase.POST ? post(action, log) : main(action, log);
        } catch (IOException e) {
            return Ended.failed(action.name() + ": " + e.getMessage());
        }
    }

    private Ended main(BuiltIn action, Consumer<String> log) throws IOException, InterruptedException {
        Map<String, String> inputs = action.inputs();
        return switch (action.name()) {
            case "actions/checkout" -> checkout(inputs, log);
            case "actions/setup-java" -> Toolchains.java(job.container(), inputs, log);
            case "actions/setup-node" ->
                Toolchains.other(job.container(), "node", "node --version", inputs, "node-version", log);
            case "actions/setup-go" -> Toolchains.other(job.container(), "go", "go version", inputs, "go-version", log);
            case "actions/setup-python" ->
                Toolchains.other(job.container(), "python3", "python3 --version", inputs, "python-version", log);
            case "azure/setup-kubectl" ->
                Toolchains.other(job.container(), "kubectl", "kubectl version --client", Map.of(), "version", log);
            case "actions/cache", "actions/cache/restore" -> transfers.restore(inputs, log);
            case "actions/cache/save" -> transfers.save(inputs, log);
            case "actions/upload-artifact" -> transfers.upload(inputs, log);
            case "actions/download-artifact" -> transfers.download(inputs, log);
            case "docker/login-action" -> docker(List.of("login", inputs.getOrDefault("registry", "")), log);
            case "docker/build-push-action" -> docker(buildWords(inputs), log);
            case "docker/setup-buildx-action", "docker/setup-qemu-action" -> Ended.well();
            default -> Ended.failed("the action " + action.name() + " is not built in");
        };
    }

    private Ended post(BuiltIn action, Consumer<String> log) throws IOException, InterruptedException {
        return action.name().equals("actions/cache")
                        && !"true".equals(action.state().get("hit"))
                ? transfers.save(action.inputs(), log)
                : Ended.well();
    }

    private Ended checkout(Map<String, String> inputs, Consumer<String> log) throws IOException, InterruptedException {
        String other = inputs.getOrDefault("repository", "");
        if (!other.isEmpty() && !other.equals(job.namespace() + "/" + job.repository())) {
            return Ended.failed("only the run's own repository can be checked out, not " + other);
        }
        String ref = inputs.getOrDefault("ref", "");
        String depth = inputs.getOrDefault("fetch-depth", "1").strip();
        String folder = job.workspace() + (inputs.getOrDefault("path", "").isEmpty() ? "" : "/" + inputs.get("path"));
        var object = context.repositories().find(new RepositoryName(job.namespace(), job.repository()));
        if (object.isEmpty()) {
            return Ended.failed("the repository " + job.namespace() + "/" + job.repository() + " is gone");
        }
        try (Repository repository = context.repositories().open(object.get())) {
            String commit = job.commit();
            String by = job.ref();
            if (!ref.isEmpty() && !ref.equals(commit) && !ref.equals(by)) {
                var id = repository.resolve(ref);
                if (id == null) {
                    return Ended.failed("there is no branch, tag or commit " + ref);
                }
                commit = id.name();
                by = repository.exactRef("refs/heads/" + ref) == null ? "" : "refs/heads/" + ref;
            }
            Path tar = Files.createTempFile("proa-checkout", ".tar");
            try {
                try (var out = Files.newOutputStream(tar)) {
                    Checkout.write(
                            repository,
                            new Checkout.Wanted(
                                    commit, by, depth.matches("[0-9]{1,6}") ? Integer.parseInt(depth) : 1, job.url()),
                            out);
                }
                try (var in = Files.newInputStream(tar)) {
                    job.container().unpack(in, folder);
                }
            } finally {
                Files.delete(tar);
            }
            log.accept("checked out " + commit + " in " + folder);
            return Ended.with(Map.of("commit", commit, "ref", by), Map.of());
        }
    }

    private static List<String> buildWords(Map<String, String> inputs) {
        List<String> words = new ArrayList<>(List.of("build"));
        lines(inputs, "tags").stream()
                .flatMap(line -> List.of(line.split(",")).stream())
                .forEach(tag -> words.addAll(List.of("-t", tag.strip())));
        lines(inputs, "build-args").forEach(argument -> words.addAll(List.of("--build-arg", argument)));
        lines(inputs, "labels").forEach(label -> words.addAll(List.of("--label", label)));
        if (!inputs.getOrDefault("file", "").isEmpty()) {
            words.addAll(List.of("-f", inputs.get("file")));
        }
        if (!inputs.getOrDefault("target", "").isEmpty()) {
            words.addAll(List.of("--target", inputs.get("target")));
        }
        if ("true".equals(inputs.get("no-cache"))) {
            words.add("--no-cache");
        }
        if ("true".equals(inputs.get("push"))) {
            words.add("--push");
        }
        words.add(inputs.getOrDefault("context", "").isEmpty() ? "." : inputs.get("context"));
        return words;
    }

    /** The lines of an input that are not blank. */
    static List<String> lines(Map<String, String> inputs, String name) {
        return inputs.getOrDefault(name, "")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private Ended docker(List<String> words, Consumer<String> log) throws IOException, InterruptedException {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        int exit;
        try {
            exit = docker.run(new ToolRequest("", "docker", words, job.workspace(), ""), job.container(), out);
        } catch (ImageFailure e) {
            out.println("ERROR: " + e.getMessage());
            exit = 1;
        }
        out.flush();
        text.toString().lines().forEach(log);
        return exit == 0 ? Ended.well() : Ended.failed("docker " + words.getFirst() + " failed");
    }
}
