package dev.proa.cli;

import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.Patch;
import dev.proa.client.ResourceClient;
import dev.proa.client.clock.Clock;
import dev.proa.delivery.git.GitResources;
import dev.proa.delivery.git.Repositories;
import dev.proa.delivery.pipeline.run.PipelineResources;
import dev.proa.delivery.pipeline.run.RunLogs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa ci}: the pipelines of a cluster's git repositories. */
@Command(
        name = "ci",
        mixinStandardHelpOptions = true,
        addMethodSubcommands = false,
        description = {
            "Look at the runs of pipelines, start, repeat and cancel them, and give them secrets.",
            "",
            "A push to a repository of the cluster (proa git create) runs what .github/workflows and .gitlab-ci.yml say."
        })
final class CiCommand implements Runnable {
    private static final Set<String> FINAL = Set.of("Succeeded", "Failed", "Cancelled");
    private static final String SECRET = "pipeline-secrets";
    private static final Duration LOOK_EACH = Duration.ofMillis(300);

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    /** Adds its subcommands to a command line that has it: only if they are wanted, since reading them takes time at each start. */
    static void complete(CommandLine all) {
        CommandLine ci = Objects.requireNonNull(all.getSubcommands().get("ci"), "ci is a subcommand");
        ci.getCommandSpec().addMethodSubcommands();
        ci.addSubcommand(new SecretsCommand());
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(
            name = "ls",
            aliases = "list",
            mixinStandardHelpOptions = true,
            description = "List the runs, the newest last.")
    int list(@Mixin NameOption name) {
        try (Client client = Administrator.client(name)) {
            Table table = new Table("RUN", "PIPELINE", "EVENT", "REF", "COMMIT", "STATE");
            for (AnyObject run : client.resource(PipelineResources.RUNS).list().stream()
                    .sorted(java.util.Comparator.comparing(
                            run -> run.value().map("metadata").string("creationTimestamp")))
                    .toList()) {
                MapValue what = run.value().map("spec");
                String commit = what.string("commit");
                table.row(
                        run.namespace() + "/" + run.name(),
                        what.string("path"),
                        what.map("event").string("name"),
                        what.map("event").string("ref").replaceFirst("^refs/(heads|tags)/", ""),
                        commit.substring(0, Math.min(8, commit.length())),
                        run.value().map("status").string("phase"));
            }
            table.lines("  ").forEach(out()::println);
            return Exit.OK;
        }
    }

    @Command(mixinStandardHelpOptions = true, description = "Show a run with the logs of its jobs.")
    int show(
            @Mixin NameOption name,
            @Parameters(paramLabel = "RUN") String run,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace)
            throws IOException, InterruptedException {
        return follow(name, namespace, run, false);
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Show a run with the logs of its jobs, and go on until it ends. Exit code 1 when it fails.")
    int watch(
            @Mixin NameOption name,
            @Parameters(paramLabel = "RUN") String run,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace)
            throws IOException, InterruptedException {
        return follow(name, namespace, run, true);
    }

    private int follow(NameOption name, String namespace, String run, boolean on)
            throws IOException, InterruptedException {
        try (Client client = Administrator.client(name)) {
            RunLogs logs = new RunLogs(name.home().directory().resolve("git").resolve("runs"));
            while (true) {
                AnyObject now =
                        client.resource(PipelineResources.RUNS).in(namespace).get(run);
                logs.print(now, out()::println);
                String phase = now.value().map("status").string("phase");
                if (!on || FINAL.contains(phase)) {
                    out().println(run + ": " + (phase.isEmpty() ? "Pending" : phase));
                    return on && !phase.equals("Succeeded") ? Exit.FAILED : Exit.OK;
                }
                Clock.system().sleep(LOOK_EACH);
            }
        }
    }

    @Command(mixinStandardHelpOptions = true, description = "End a run.")
    int cancel(
            @Mixin NameOption name,
            @Parameters(paramLabel = "RUN") String run,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace) {
        try (Client client = Administrator.client(name)) {
            client.resource(PipelineResources.RUNS)
                    .in(namespace)
                    .patch(run, Patch.merge(MapValue.of("spec", MapValue.of("cancel", true))));
            out().println(run + " is being cancelled");
            return Exit.OK;
        }
    }

    @Command(mixinStandardHelpOptions = true, description = "Run the same again, at the same commit.")
    int rerun(
            @Mixin NameOption name,
            @Parameters(paramLabel = "RUN") String run,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace) {
        try (Client client = Administrator.client(name)) {
            AnyObject before =
                    client.resource(PipelineResources.RUNS).in(namespace).get(run);
            MapValue again = before.value()
                    .map("spec")
                    .without("cancel")
                    .with("attempt", before.value().map("spec").integer("attempt", 1) + 1);
            String made = create(client, namespace, again);
            out().println(run + " runs again as " + made);
            return Exit.OK;
        }
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Start a pipeline by hand, one that has workflow_dispatch.")
    int dispatch(
            @Mixin NameOption name,
            @Parameters(index = "0", paramLabel = "REPOSITORY") String repository,
            @Parameters(index = "1", paramLabel = "FILE", description = "As .github/workflows/release.yml.")
                    String path,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace,
            @Option(
                            names = "--ref",
                            defaultValue = "",
                            paramLabel = "BRANCH",
                            description = "Default: the default branch.")
                    String ref,
            @Option(
                            names = {"-f", "--input"},
                            paramLabel = "NAME=VALUE",
                            description = "An input.")
                    Map<String, String> inputs) {
        try (Client client = Administrator.client(name)) {
            MapValue.Builder given = MapValue.builder();
            (inputs == null ? new LinkedHashMap<String, String>() : inputs).forEach(given::put);
            MapValue what = MapValue.of(
                    "repository", repository,
                    "path", path,
                    "event",
                            MapValue.of(
                                    "name",
                                    "workflow_dispatch",
                                    "ref",
                                    ref,
                                    "actor",
                                    "kubernetes-admin",
                                    "inputs",
                                    given.build()));
            out().println("started as " + create(client, namespace, what));
            return Exit.OK;
        }
    }

    private static String create(Client client, String namespace, MapValue what) {
        String repository = what.string("repository");
        MapValue labels = MapValue.of(PipelineResources.REPOSITORY, repository);
        AnyObject run = new AnyObject(MapValue.of(
                "apiVersion", PipelineResources.RUNS.apiVersion(),
                "kind", PipelineResources.RUNS.kind(),
                "metadata", MapValue.of("namespace", namespace, "generateName", repository + "-", "labels", labels),
                "spec", what));
        return client.resource(PipelineResources.RUNS).create(run).name();
    }

    @Command(mixinStandardHelpOptions = true, description = "Show what is said of a commit.")
    int status(
            @Mixin NameOption name,
            @Parameters(paramLabel = "COMMIT", description = "All 40 digits of it.") String commit) {
        try (Client client = Administrator.client(name)) {
            Table table = new Table("REPOSITORY", "CONTEXT", "STATE", "DESCRIPTION");
            for (AnyObject one : client.resource(GitResources.COMMIT_STATUSES)
                    .list(ListOptions.labels(Repositories.COMMIT + "=" + commit))
                    .items()) {
                MapValue said = one.value().map("spec");
                table.row(
                        one.namespace() + "/" + said.string("repository"),
                        said.string("context"),
                        said.string("state"),
                        said.string("description"));
            }
            table.lines("  ").forEach(out()::println);
            return Exit.OK;
        }
    }

    /** {@code proa ci secrets}: what pipelines of a namespace know as {@code secrets.NAME}. */
    @Command(
            name = "secrets",
            mixinStandardHelpOptions = true,
            description = "Set and list what the pipelines of a namespace know as secrets.NAME.")
    static final class SecretsCommand implements Runnable {
        @Spec
        private picocli.CommandLine.Model.CommandSpec spec;

        @Override
        public void run() {
            spec.commandLine().usage(spec.commandLine().getOut());
        }

        @Command(mixinStandardHelpOptions = true, description = "Set a secret; its value is read from standard input.")
        int set(
                @Mixin NameOption name,
                @Parameters(paramLabel = "SECRET", description = "As DEPLOY_TOKEN.") String secret,
                @Option(
                                names = {"-n", "--namespace"},
                                defaultValue = "default",
                                paramLabel = "NAMESPACE")
                        String namespace)
                throws IOException {
            if (!secret.matches("[A-Za-z_][A-Za-z0-9_]{0,200}")) {
                throw new Failure(Exit.USAGE, "a secret's name has letters, digits and underscores, as DEPLOY_TOKEN");
            }
            String value = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
            MapValue data =
                    MapValue.of(secret, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
            try (Client client = Administrator.client(name)) {
                ResourceClient<Secret> secrets = client.resource(Secret.KIND).in(namespace);
                if (secrets.find(SECRET) == null) {
                    secrets.create(new Secret(Secret.of(namespace, SECRET)
                            .value()
                            .withMap(
                                    "metadata",
                                    metadata -> metadata.with("labels", MapValue.of(PipelineResources.SECRETS, "true")))
                            .with("data", data)));
                } else {
                    secrets.patch(SECRET, Patch.merge(MapValue.of("data", data)));
                }
                spec.commandLine().getOut().println("secret " + secret + " is set for pipelines of " + namespace);
                return Exit.OK;
            }
        }

        @Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "List their names.")
        int list(
                @Mixin NameOption name,
                @Option(
                                names = {"-n", "--namespace"},
                                defaultValue = "default",
                                paramLabel = "NAMESPACE")
                        String namespace) {
            try (Client client = Administrator.client(name)) {
                client.resource(Secret.KIND)
                        .in(namespace)
                        .list(ListOptions.labels(PipelineResources.SECRETS + "=true"))
                        .items()
                        .forEach(one -> one.value()
                                .map("data")
                                .forEach(entry -> spec.commandLine().getOut().println(entry.getKey())));
                return Exit.OK;
            }
        }
    }
}
