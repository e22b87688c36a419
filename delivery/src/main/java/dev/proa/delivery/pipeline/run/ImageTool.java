package dev.proa.delivery.pipeline.run;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.build.CacheFolder;
import dev.proa.image.registry.RegistryClient;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.solver.DockerfileBuilder;
import dev.proa.image.solver.PlainBuildProgress;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.SharedLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * {@code docker} for the jobs of one run: builds with Proa's own builder into the cluster's image store. An image can be used by others once it was pushed to the cluster's
 * registry, which needs the right to push there; until then only this run knows it.
 */
final class ImageTool implements ToolServer.Tool {
    /** The repository of what a run has built begins with that; the tags stand for the names that the run knows. */
    private static final String OWN = "pipeline.proa.dev/";

    private final ImageStore store;
    private final Path cache;
    private final BuildSandbox sandbox;
    private final Supplier<String> registry;
    private final Predicate<String> mayPull;
    private final Predicate<String> mayPush;
    private final String own;

    /**
     * @param cache what builds reuse
     * @param registry host of the cluster's registry; empty for none
     * @param mayPull whether the run's account may pull from a repository of the registry
     * @param mayPush whether the run's account may push to a repository of the registry
     * @param run uid of the run
     */
    ImageTool(
            ImageStore store,
            Path cache,
            BuildSandbox sandbox,
            Supplier<String> registry,
            Predicate<String> mayPull,
            Predicate<String> mayPush,
            String run) {
        this.store = store;
        this.cache = cache;
        this.sandbox = sandbox;
        this.registry = registry;
        this.mayPull = mayPull;
        this.mayPush = mayPush;
        own = OWN + run;
    }

    @Override
    public int run(ToolRequest request, JobContainer container, PrintWriter out)
            throws IOException, InterruptedException {
        return switch (DockerCommand.parse(request.arguments())) {
            case DockerCommand.Build build -> build(build, request, container, out);
            case DockerCommand.Push push -> push(push.image(), out);
            case DockerCommand.Tag tag -> tag(tag);
            case DockerCommand.Login login -> login(login, out);
            case DockerCommand.Nothing nothing -> {
                out.print(nothing.prints());
                yield 0;
            }
            case DockerCommand.Refused refused -> {
                out.println(refused.message());
                yield 1;
            }
        };
    }

    private int login(DockerCommand.Login login, PrintWriter out) {
        if (!login.registry().equals(registry.get())) {
            out.println("Only the cluster's registry " + registry.get() + " can be pushed to from here, not "
                    + (login.registry().isEmpty() ? "docker.io" : login.registry()));
            return 1;
        }
        out.println("Login Succeeded (here a run is known by its service account, not by the password)");
        return 0;
    }

    private int build(DockerCommand.Build build, ToolRequest request, JobContainer container, PrintWriter out)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(Files.createDirectories(store.scratch()), "pipeline-build");
        try (SharedLock.Held used = CacheFolder.use(cache)) {
            Path context = Files.createDirectory(folder.resolve("context"));
            Path dockerfile = fetch(build, request, container, context);
            BuildRequest wanted = BuildRequest.of(context, dockerfile)
                    .withTarget(build.target())
                    .withArguments(build.arguments())
                    .withLabels(build.labels())
                    .withNoCache(build.noCache());
            DockerfileBuilder builder = new DockerfileBuilder(store, cache.resolve("dockerfile"), bases(), sandbox);
            Image image = builder.build(wanted, null, new PlainBuildProgress(out), out::println);
            for (String tag : build.tags()) {
                store.tag(ownName(tag), image.descriptor());
            }
            out.println(
                    build.quiet()
                            ? image.id().toString()
                            : "built " + image.id() + " " + String.join(" ", build.tags()));
            if (build.push()) {
                for (String tag : build.tags()) {
                    int exit = push(tag, out);
                    if (exit != 0) {
                        return exit;
                    }
                }
            }
            return 0;
        } finally {
            FileTrees.delete(folder);
        }
    }

    /** Brings the context here; returns the Dockerfile. */
    private static Path fetch(DockerCommand.Build build, ToolRequest request, JobContainer container, Path context)
            throws IOException, InterruptedException {
        if (build.context().equals("-")) {
            return Files.writeString(context.resolve("Dockerfile"), request.input(), StandardCharsets.UTF_8);
        }
        Path there =
                Path.of(request.workingDirectory()).resolve(build.context()).normalize();
        FolderTransfer.fetch(container, there.toString(), context, ContextArchive.Links.ALL);
        Path named = build.file().isEmpty()
                ? there.resolve("Dockerfile")
                : Path.of(request.workingDirectory()).resolve(build.file()).normalize();
        byte[] content = container.read(named.toString());
        if (content.length == 0) {
            throw ImageFailure.notFound("there is no Dockerfile " + named);
        }
        Path own = context.resolveSibling("Dockerfile");
        Files.write(own, content);
        return own;
    }

    /** Images of the store, others from their registries, without anybody's logins. */
    BaseImages bases() {
        return (reference, platform) -> {
            Optional<Image> known = store.find(ownName(reference.toString()));
            if (known.isEmpty()) {
                checkPull(reference);
                known = store.find(reference);
            }
            if (known.isPresent()) {
                return known.get();
            }
            try (RegistryClient client = new RegistryClient()) {
                return client.pull(reference, platform, null, store);
            }
        };
    }

    /** Makes sure that an image in the cluster is neither another namespace's nor another run's. */
    private void checkPull(Reference reference) {
        String prefix = registry.get() + "/";
        boolean pushed = prefix.length() > 1 && reference.name().startsWith(prefix);
        boolean ofRun = reference.name().startsWith(OWN) && !reference.equals(Reference.parse(HostRunnerImage.NAME));
        if (ofRun || pushed && !mayPull.test(reference.name().substring(prefix.length()))) {
            throw ImageFailure.notFound(
                    "there is no image " + reference.familiar() + ", or the service account "
                            + PipelineResources.ACCOUNT
                            + " may not pull it: that needs the verb get on repositories.registry.proa.dev in the namespace that the name begins with");
        }
    }

    /** The name in the store of what the run calls that. */
    private Reference ownName(String name) {
        return Reference.parse(own + ":" + CacheKeys.hash(Reference.parse(name).toString()));
    }

    /** Takes the names away of what a run has built; what it pushed keeps its own. */
    static void forget(ImageStore store, String run) {
        store.remove(named -> {
            Reference name = named.name();
            return name.name().equals(OWN + run);
        });
    }

    private Image find(String name) {
        return store.find(ownName(name))
                .orElseThrow(() -> ImageFailure.notFound("this run has built no image " + name));
    }

    private int tag(DockerCommand.Tag tag) {
        store.tag(ownName(tag.as()), find(tag.image()).descriptor());
        return 0;
    }

    private int push(String name, PrintWriter out) {
        Reference reference = Reference.parse(name);
        String host = registry.get();
        String prefix = host + "/";
        if (host.isEmpty() || !reference.name().startsWith(prefix)) {
            out.println("Only the cluster's registry can be pushed to from here: name the image "
                    + (host.isEmpty() ? "for it, once the cluster has one" : prefix + "NAMESPACE/NAME") + ", not "
                    + name);
            return 1;
        }
        String repository = reference.name().substring(prefix.length());
        if (!mayPush.test(repository)) {
            out.println(
                    "denied: the service account " + PipelineResources.ACCOUNT + " may not push to " + repository
                            + ": that needs the verb update on repositories.registry.proa.dev in the namespace that the name begins with");
            return 1;
        }
        Image image = find(name);
        store.tag(reference, image.descriptor());
        out.println("The push refers to repository [" + reference.name() + "]");
        out.println(reference.familiar() + ": digest: " + image.descriptor().digest() + " size: "
                + image.descriptor().size());
        return 0;
    }
}
