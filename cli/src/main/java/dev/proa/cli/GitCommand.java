package dev.proa.cli;

import dev.proa.api.authentication.v1.SelfSubjectReview;
import dev.proa.api.core.v1.ServiceAccount;
import dev.proa.api.rbac.v1.Role;
import dev.proa.api.rbac.v1.RoleBinding;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.AnyObject;
import dev.proa.client.Client;
import dev.proa.client.Patch;
import dev.proa.delivery.git.GitResources;
import dev.proa.delivery.git.RepositoryName;
import dev.proa.delivery.git.SshKeys;
import dev.proa.delivery.pipeline.run.PipelineResources;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa git}: the git repositories of a cluster. */
@Command(
        name = "git",
        mixinStandardHelpOptions = true,
        addMethodSubcommands = false,
        description = {
            "Make, list and protect the git repositories that a cluster serves, and the keys by which users log in.",
            "",
            "A push runs the pipelines of .github/workflows and .gitlab-ci.yml in pods: see proa ci --help"
        })
final class GitCommand implements Runnable {
    private static final String REMOTE = "proa";

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    /** Adds its subcommands to a command line that has it: only if they are wanted, since reading them takes time at each start. */
    static void complete(CommandLine all) {
        CommandLine git = Objects.requireNonNull(all.getSubcommands().get("git"), "git is a subcommand");
        git.getCommandSpec().addMethodSubcommands();
        git.addSubcommand(new GitKeyCommand());
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = {
                "Make a repository. In a work tree of git, it becomes the remote \"proa\", so that git push proa main works.",
                "",
                "Its pipelines act as the service account \"pipelines\" of the namespace, which gets the role \"edit\" there and may push images "
                        + "whose names begin with the namespace."
            })
    int create(
            @Mixin NameOption name,
            @Parameters(paramLabel = "REPOSITORY", description = "Its name.") String repository,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace,
            @Option(names = "--description", defaultValue = "", paramLabel = "TEXT") String description,
            @Option(
                            names = "--branch",
                            defaultValue = "main",
                            paramLabel = "BRANCH",
                            description = "The default branch.")
                    String branch)
            throws IOException, InterruptedException {
        try (Client client = Administrator.client(name)) {
            client.resource(GitResources.REPOSITORIES)
                    .create(new AnyObject(GitResources.REPOSITORIES
                            .of(namespace, repository)
                            .value()
                            .with("spec", MapValue.of("description", description, "defaultBranch", branch))));
            grant(client, namespace);
            GitClient git = GitClient.of(name.home(), client);
            RepositoryName made = new RepositoryName(namespace, repository);
            out().println("repository " + made + " is at " + git.url(made));
            Path here = Path.of("").toAbsolutePath();
            if (Files.exists(here.resolve(".git"))) {
                git.addRemote(here, REMOTE, made);
                out().println("it is the remote \"" + REMOTE + "\" here: git push " + REMOTE + " " + branch);
            } else {
                out().println("clone it: " + git.cloneCommand(made));
            }
            return Exit.OK;
        }
    }

    /** Gives the account of pipelines what it needs to deploy into its namespace; what is there already stays. */
    private static void grant(Client client, String namespace) {
        String account = PipelineResources.ACCOUNT;
        make(() -> client.resource(ServiceAccount.KIND).create(ServiceAccount.of(namespace, account)));
        MapValue subject = MapValue.of("kind", "ServiceAccount", "name", account, "namespace", namespace);
        make(() -> client.resource(Role.KIND)
                .create(new Role(Role.of(namespace, account)
                        .value()
                        .with(
                                "rules",
                                ListValue.of(MapValue.of(
                                        "apiGroups", ListValue.of("registry.proa.dev"),
                                        "resources", ListValue.of("repositories"),
                                        "verbs", ListValue.of("get", "update")))))));
        make(() -> client.resource(RoleBinding.KIND).create(binding(namespace, account, "Role", account, subject)));
        make(() -> client.resource(RoleBinding.KIND)
                .create(binding(namespace, account + "-edit", "ClusterRole", "edit", subject)));
    }

    private static RoleBinding binding(String namespace, String name, String kind, String role, MapValue subject) {
        return new RoleBinding(RoleBinding.of(namespace, name)
                .value()
                .with("roleRef", MapValue.of("apiGroup", "rbac.authorization.k8s.io", "kind", kind, "name", role))
                .with("subjects", ListValue.of(subject)));
    }

    private static void make(Runnable creation) {
        try {
            creation.run();
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
    }

    @Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "List the repositories.")
    int list(@Mixin NameOption name) {
        try (Client client = Administrator.client(name)) {
            Table table = new Table("REPOSITORY", "BRANCH", "URL", "DESCRIPTION");
            for (AnyObject one : client.resource(GitResources.REPOSITORIES).list()) {
                MapValue spec = one.value().map("spec");
                table.row(
                        one.namespace() + "/" + one.name(),
                        spec.string("defaultBranch"),
                        one.value().map("status").string("url"),
                        spec.string("description"));
            }
            table.lines("  ").forEach(out()::println);
            return Exit.OK;
        }
    }

    @Command(mixinStandardHelpOptions = true, description = "Print where git finds a repository, and how it logs in.")
    int url(
            @Mixin NameOption name,
            @Parameters(paramLabel = "REPOSITORY") String repository,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace)
            throws IOException {
        try (Client client = Administrator.client(name)) {
            client.resource(GitResources.REPOSITORIES).in(namespace).get(repository);
            RepositoryName named = new RepositoryName(namespace, repository);
            GitClient git = GitClient.of(name.home(), client);
            out().println(git.url(named));
            git.sshUrl(named).ifPresent(out()::println);
            out().println("clone it: " + git.cloneCommand(named));
            return Exit.OK;
        }
    }

    @Command(
            name = "rm",
            aliases = "delete",
            mixinStandardHelpOptions = true,
            description = "Delete a repository. What was in it is kept aside for seven days.")
    int delete(
            @Mixin NameOption name,
            @Parameters(paramLabel = "REPOSITORY") String repository,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace) {
        try (Client client = Administrator.client(name)) {
            client.resource(GitResources.REPOSITORIES).in(namespace).delete(repository);
            out().println("repository " + namespace + "/" + repository + " is deleted");
            return Exit.OK;
        }
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Protect branches: commits are not taken back, and what else is said.")
    int protect(
            @Mixin NameOption name,
            @Parameters(index = "0", paramLabel = "REPOSITORY") String repository,
            @Parameters(index = "1", paramLabel = "BRANCH", description = "A branch, or several with * and **.")
                    String pattern,
            @Option(
                            names = {"-n", "--namespace"},
                            defaultValue = "default",
                            paramLabel = "NAMESPACE")
                    String namespace,
            @Option(names = "--pusher", paramLabel = "USER", description = "Who may push: a user, or group:NAME.")
                    String[] pushers,
            @Option(
                            names = "--require",
                            paramLabel = "STATUS",
                            description = "A status that a commit must have, as the name of a pipeline.")
                    String[] required,
            @Option(names = "--off", description = "Protect them no more.") boolean off) {
        try (Client client = Administrator.client(name)) {
            AnyObject object =
                    client.resource(GitResources.REPOSITORIES).in(namespace).get(repository);
            ListValue before = object.value().map("spec").list("protectedBranches");
            List<Object> rules = new ArrayList<>();
            for (int i = 0; i < before.size(); i++) {
                if (!before.map(i).string("pattern").equals(pattern)) {
                    rules.add(before.map(i));
                }
            }
            if (!off) {
                rules.add(MapValue.of(
                        "pattern", pattern,
                        "pushers", ListValue.of((Object[]) (pushers == null ? new String[0] : pushers)),
                        "requiredStatuses", ListValue.of((Object[]) (required == null ? new String[0] : required))));
            }
            client.resource(GitResources.REPOSITORIES)
                    .in(namespace)
                    .patch(
                            repository,
                            Patch.merge(MapValue.of(
                                    "metadata", MapValue.of("resourceVersion", object.resourceVersion()),
                                    "spec", MapValue.of("protectedBranches", ListValue.copyOf(rules)))));
            out().println(pattern + (off ? " is not protected any more" : " is protected"));
            return Exit.OK;
        }
    }

    /** {@code proa git key}: the public keys by which users log in by SSH. */
    @Command(
            name = "key",
            mixinStandardHelpOptions = true,
            description = "Add, list and remove the public keys by which users log in by SSH.")
    static final class GitKeyCommand implements Runnable {
        @Spec
        private picocli.CommandLine.Model.CommandSpec spec;

        @Override
        public void run() {
            spec.commandLine().usage(spec.commandLine().getOut());
        }

        @Command(mixinStandardHelpOptions = true, description = "Add a key, which logs in whoever adds it.")
        int add(
                @Mixin NameOption name,
                @Parameters(paramLabel = "FILE", description = "The public key, as ~/.ssh/id_ed25519.pub.") Path file,
                @Option(names = "--title", defaultValue = "", paramLabel = "TEXT") String title)
                throws IOException {
            String line = Files.readString(file).strip();
            PublicKey key = SshKeys.parse(line);
            try (Client client = Administrator.client(name)) {
                MapValue self = client.resource(SelfSubjectReview.KIND)
                        .create(new SelfSubjectReview(
                                MapValue.of("apiVersion", "authentication.k8s.io/v1", "kind", "SelfSubjectReview")))
                        .value()
                        .map("status")
                        .map("userInfo");
                client.resource(GitResources.SSH_KEYS)
                        .create(new AnyObject(GitResources.SSH_KEYS
                                .of("", SshKeys.name(key))
                                .value()
                                .with(
                                        "spec",
                                        MapValue.of(
                                                "user",
                                                self.string("username"),
                                                "groups",
                                                self.list("groups"),
                                                "publicKey",
                                                line,
                                                "title",
                                                title.isEmpty() ? String.valueOf(file.getFileName()) : title))));
                spec.commandLine().getOut().println(SshKeys.fingerprint(key) + " logs in " + self.string("username"));
                return Exit.OK;
            }
        }

        @Command(name = "ls", aliases = "list", mixinStandardHelpOptions = true, description = "List the keys.")
        int list(@Mixin NameOption name) {
            try (Client client = Administrator.client(name)) {
                Table table = new Table("FINGERPRINT", "USER", "TITLE");
                for (AnyObject one : client.resource(GitResources.SSH_KEYS).list()) {
                    MapValue key = one.value().map("spec");
                    table.row(
                            SshKeys.fingerprint(SshKeys.parse(key.string("publicKey"))),
                            key.string("user"),
                            key.string("title"));
                }
                table.lines("  ").forEach(spec.commandLine().getOut()::println);
                return Exit.OK;
            }
        }

        @Command(name = "rm", aliases = "remove", mixinStandardHelpOptions = true, description = "Remove a key.")
        int remove(
                @Mixin NameOption name,
                @Parameters(paramLabel = "KEY", description = "Its fingerprint or its title.") String which) {
            try (Client client = Administrator.client(name)) {
                for (AnyObject one : client.resource(GitResources.SSH_KEYS).list()) {
                    MapValue key = one.value().map("spec");
                    if (key.string("title").equals(which)
                            || SshKeys.fingerprint(SshKeys.parse(key.string("publicKey")))
                                    .equals(which)) {
                        client.resource(GitResources.SSH_KEYS).delete(one.name());
                        spec.commandLine().getOut().println("removed " + which);
                        return Exit.OK;
                    }
                }
                throw new Failure(Exit.FAILED, "there is no key " + which + "; see: proa git key ls");
            }
        }
    }
}
