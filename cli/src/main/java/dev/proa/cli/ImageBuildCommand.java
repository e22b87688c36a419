package dev.proa.cli;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.build.Attestations;
import dev.proa.image.build.BuildAttestations;
import dev.proa.image.build.CacheFolder;
import dev.proa.image.build.DockerfileSource;
import dev.proa.image.layer.Compression;
import dev.proa.image.solver.BaseImages;
import dev.proa.image.solver.BuildProgress;
import dev.proa.image.solver.BuildRequest;
import dev.proa.image.solver.BuildSandbox;
import dev.proa.image.solver.DockerfileBuilder;
import dev.proa.image.solver.PlainBuildProgress;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.SharedLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa image build}: builds an image by a Dockerfile, with the options of {@code docker build}. */
@Command(
        name = "build",
        mixinStandardHelpOptions = true,
        description = {
            "Build an image by a Dockerfile, into the image store of the cluster.",
            "",
            "Bases are taken from the store, else from their registry; where none can be reached: proa image import FILE. "
                    + "Commands of the Dockerfile run in sandboxes, with the network of this machine."
        })
final class ImageBuildCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "The context: the folder that COPY and ADD take files from.")
    private Path folder;

    @Mixin
    private NameOption name;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The Dockerfile (default: Dockerfile or Containerfile in FOLDER).")
    private @Nullable Path file;

    @Option(
            names = {"-t", "--tag"},
            paramLabel = "NAME",
            description = "A name of the image, NAME or NAME:TAG; may be repeated (default: the folder's name).")
    private List<String> tags = List.of();

    @Option(
            names = "--target",
            defaultValue = "",
            paramLabel = "STAGE",
            description = "The stage to build (default: the last).")
    private String target;

    @Option(
            names = "--build-arg",
            paramLabel = "NAME[=VALUE]",
            description = "The value of an ARG; without a value, that of the environment.")
    private List<String> arguments = List.of();

    @Option(
            names = "--build-context",
            paramLabel = "NAME=FOLDER",
            description = "A further folder for COPY --from=NAME and RUN --mount=from=NAME.")
    private Map<String, Path> contexts = Map.of();

    @Option(
            names = "--secret",
            paramLabel = "id=ID[,src=FILE|,env=NAME]",
            description = "A secret for RUN --mount=type=secret, of a file or an environment variable.")
    private List<String> secrets = List.of();

    @Option(
            names = "--ssh",
            paramLabel = "ID[=SOCKET]",
            description = "The socket of an SSH agent for RUN --mount=type=ssh (default: that of SSH_AUTH_SOCK).")
    private List<String> ssh = List.of();

    @Option(
            names = "--platform",
            paramLabel = "OS/ARCH",
            description = "The platform of the image (default: this machine's).")
    private @Nullable String platform;

    @Option(names = "--label", paramLabel = "NAME=VALUE", description = "A label of the image.")
    private Map<String, String> labels = Map.of();

    @Option(
            names = "--cache-from",
            paramLabel = "NAME",
            description = "Take results of steps that --cache-to has put into a registry.")
    private List<String> cacheFrom = List.of();

    @Option(
            names = "--cache-to",
            paramLabel = "NAME",
            description = "Put the results of all steps into a registry, under this name.")
    private @Nullable String cacheTo;

    @Option(names = "--no-cache", description = "Run all steps again.")
    private boolean noCache;

    @Option(
            names = "--allow",
            paramLabel = "RIGHT",
            description = "security.insecure allows RUN --security=insecure, with all rights of root on this machine.")
    private List<String> allowed = List.of();

    @Option(
            names = "--compression",
            defaultValue = "NONE",
            paramLabel = "none|gzip|zstd",
            description = "How new layers are compressed (default: not at all, since they stay here; push compresses).")
    private Compression compression;

    @Option(names = "--sbom", description = "List the packages in the image, and keep the list beside it (CycloneDX).")
    private boolean sbom;

    @Option(
            names = "--provenance",
            description = "Keep beside the image how it was built, and of which bases (SLSA provenance).")
    private boolean provenance;

    @Option(
            names = "--progress",
            defaultValue = "auto",
            paramLabel = "auto|plain|tty|quiet",
            description = "How progress is shown (default: as a terminal can).")
    private String progress;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the id of the image only.")
    private boolean quiet;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        ImageStore store = ImageStore.open(name.home().images());
        Path cache = Home.of(System.getenv()).cache();
        List<Reference> names = names();
        Path temporary = Files.createTempDirectory("proa-build");
        BuildCaches caches = new BuildCaches(store, cacheFrom, cacheTo, err);
        try (SharedLock.Held used = CacheFolder.use(cache);
                ImageStore.Lease lease = store.lease();
                BuildSandbox sandbox = BuildSandboxes.of(cache)) {
            caches.pull();
            BuildRequest request = request(temporary).withCaches(caches.from(), caches.to());
            BuildAttestations attestations = BuildAttestations.of(
                    new DockerfileSource(folder, dockerfile(), target, Map.of()),
                    store,
                    new Attestations(sbom, provenance));
            DockerfileBuilder builder = new DockerfileBuilder(
                    store, cache.resolve("dockerfile"), attestations.noting(BaseImages.of(store)), sandbox);
            Image image = build(builder, request, names.getFirst(), err);
            for (Reference more : names) {
                store.tag(more, image.descriptor());
            }
            attestations.attach(image, names.getFirst());
            caches.push();
            out.println(image.id());
            out.flush();
            return Exit.OK;
        } finally {
            dev.proa.image.store.FileTrees.delete(temporary);
        }
    }

    private Image build(DockerfileBuilder builder, BuildRequest request, Reference reference, PrintWriter err)
            throws InterruptedException {
        Style style = Style.of(System.getenv());
        boolean terminal = progress.equals("tty") || progress.equals("auto") && style.coloured();
        if (quiet || progress.equals("quiet")) {
            return builder.build(request, reference, BuildProgress.NONE, warning -> {});
        }
        if (!terminal) {
            return builder.build(request, reference, new PlainBuildProgress(err), err::println);
        }
        Terminal size = Terminal.size();
        List<String> warnings = new java.util.concurrent.CopyOnWriteArrayList<>();
        try (TerminalBuildProgress shown = new TerminalBuildProgress(err, style, size.columns(), size.rows())) {
            return builder.build(request, reference, shown, warnings::add);
        } finally {
            warnings.forEach(err::println);
        }
    }

    private List<Reference> names() {
        List<String> given = tags.isEmpty()
                ? List.of(String.valueOf(folder.toAbsolutePath().normalize().getFileName())
                        .toLowerCase(java.util.Locale.ROOT))
                : tags;
        return given.stream().map(Reference::parse).toList();
    }

    private BuildRequest request(Path temporary) throws IOException {
        for (String right : allowed) {
            if (!right.equals("security.insecure") && !right.equals("network.host")) {
                throw new Failure(Exit.USAGE, "--allow knows security.insecure and network.host, not " + right);
            }
        }
        String epoch = System.getenv("SOURCE_DATE_EPOCH");
        Map<String, String> values = values(arguments);
        return BuildRequest.of(folder, dockerfile())
                .withTarget(target)
                .withArguments(values)
                .withContexts(contexts)
                .withSecrets(secrets(temporary))
                .withSshSockets(sockets())
                .withPlatform(platform == null ? Platform.host() : Platform.parse(platform))
                .withLabels(labels)
                .withSourceDateEpoch(BuildRequest.epoch(values.getOrDefault("SOURCE_DATE_EPOCH", epoch)))
                .withCompression(compression)
                .withNoCache(noCache)
                .withInsecure(allowed.contains("security.insecure"));
    }

    private Path dockerfile() {
        if (file != null) {
            return file;
        }
        for (String usual : DockerfileSource.NAMES) {
            if (Files.exists(folder.resolve(usual))) {
                return folder.resolve(usual);
            }
        }
        throw ImageFailure.notFound(
                folder + " has neither a Dockerfile nor a Containerfile; name one with --file, or use "
                        + "proa deploy, which builds many projects without one");
    }

    private static Map<String, String> values(List<String> given) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String each : given) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? each : each.substring(0, equals);
            String value = equals < 0 ? System.getenv(name) : each.substring(equals + 1);
            if (value != null) {
                values.put(name, value);
            }
        }
        return values;
    }

    /** Secrets of the environment are written to files that only this user reads. */
    private Map<String, Path> secrets(Path temporary) throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        for (String secret : secrets) {
            Map<String, String> parts = new LinkedHashMap<>();
            for (String part : secret.split(",")) {
                int equals = part.indexOf('=');
                parts.put(equals < 0 ? part : part.substring(0, equals), equals < 0 ? "" : part.substring(equals + 1));
            }
            String id = parts.getOrDefault("id", "");
            String source = parts.getOrDefault("src", parts.getOrDefault("source", ""));
            String variable = parts.getOrDefault("env", "");
            if (id.isEmpty()) {
                throw new Failure(Exit.USAGE, "--secret needs an id: --secret id=ID,src=FILE");
            }
            String content = source.isEmpty() ? System.getenv(variable.isEmpty() ? id : variable) : null;
            if (content != null) {
                files.put(id, Files.writeString(temporary.resolve("secret-" + files.size()), content));
            } else if (Files.isReadable(Path.of(source.isEmpty() ? id : source))) {
                files.put(id, Path.of(source.isEmpty() ? id : source));
            } else {
                throw new Failure(
                        Exit.USAGE, "the secret " + id + " is in no file and no environment variable that can be read");
            }
        }
        return files;
    }

    private Map<String, Path> sockets() {
        Map<String, Path> sockets = new LinkedHashMap<>();
        for (String each : ssh) {
            int equals = each.indexOf('=');
            String socket = equals < 0 ? System.getenv("SSH_AUTH_SOCK") : each.substring(equals + 1);
            if (socket == null || socket.isEmpty()) {
                throw new Failure(Exit.USAGE, "--ssh: no agent runs; SSH_AUTH_SOCK is not set");
            }
            sockets.put(equals < 0 ? each : each.substring(0, equals), Path.of(socket));
        }
        return sockets;
    }
}
