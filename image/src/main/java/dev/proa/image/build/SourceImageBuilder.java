package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.Reference;
import dev.proa.image.build.Base.AppLayer;
import dev.proa.image.project.GoApplication;
import dev.proa.image.project.NodeApplication;
import dev.proa.image.project.PythonApplication;
import dev.proa.image.project.RustApplication;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.store.ImageStore;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Builds applications in all languages but Java. Nothing is run while the source is unchanged; what is installed from a
 * lock file is a layer that stays until that file changes; the application's own files are the top layer.
 */
final class SourceImageBuilder {
    /** Part of every cache key: a changed way of building must not find images of this one. */
    private static final String FORMAT = "source 1";

    /** Below it, only root may listen. */
    private static final int LOWEST_PORT = 1024;

    private static final int USUAL_PORT = 8080;

    private final Project.SourceProject project;
    private final ImageStore store;
    private final BuildOptions options;
    private final Consumer<BuildEvent> progress;
    private final Language language;

    SourceImageBuilder(
            Project.SourceProject project, ImageStore store, BuildOptions options, Consumer<BuildEvent> progress) {
        this.project = project;
        this.store = store;
        this.options = options;
        this.progress = progress;
        this.language = switch (project.application()) {
            case GoApplication go -> new GoLanguage(go);
            case RustApplication rust -> new RustLanguage(rust);
            case NodeApplication node -> new NodeLanguage(node);
            case PythonApplication python -> new PythonLanguage(python);
        };
    }

    /** Builds, unless these very sources were built before. */
    BuiltImage build(String name) {
        try (SourceFolder folder = SourceFolder.open(project.root())) {
            return build(folder, name);
        }
    }

    /** The image of an earlier build of these very sources. */
    Optional<BuiltImage> known(String name) {
        try (SourceFolder folder = SourceFolder.open(project.root())) {
            return inputs(folder, name).known(name);
        }
    }

    /** What a build depends on. */
    private record Inputs(HostBase host, BaseResolver bases, String base, Digest key, KnownBuilds builds) {
        Optional<BuiltImage> known(String name) {
            return builds.find(key, name);
        }
    }

    private Inputs inputs(SourceFolder folder, String name) {
        HostBase host = language.base(new BuildCache(options.cache(), "answers", store));
        BaseResolver bases = new BaseResolver(store, options, Jdk.find(), progress);
        String base = bases.identity(host);
        return new Inputs(host, bases, base, key(folder, base, name), new KnownBuilds(store, options, progress));
    }

    private BuiltImage build(SourceFolder folder, String name) {
        Inputs inputs = inputs(folder, name);
        Optional<BuiltImage> known = inputs.known(name);
        if (known.isPresent()) {
            return known.get();
        }
        BuildUser user = BuildUser.of(project.root(), System.getenv());
        BuildSteps steps = new BuildSteps(folder, store, options, progress, user);
        if (options.tests()) {
            language.test(steps);
        }
        Image image;
        if (project.application() instanceof NodeApplication node
                && node.output() instanceof NodeApplication.Output.Site) {
            image = site(steps, node, name);
        } else {
            image = image(steps, inputs.bases().resolve(inputs.host()), name);
        }
        // Do not cache the result if sources changed during the build.
        if (key(folder, inputs.base(), name).equals(inputs.key())) {
            inputs.builds().put(inputs.key(), image);
        }
        return Tags.tag(store, name, image, false);
    }

    private Image image(BuildSteps steps, Base base, String name) {
        List<AppLayer> layers = language.layers(steps);
        progress.accept(BuildEvent.step("writing the image"));
        int named = SourcePort.of(project.directory()).port();
        int port = named < LOWEST_PORT ? USUAL_PORT : named;
        return base.build(
                store,
                layers,
                config -> {
                    config.entrypoint(project.application().start())
                            .workingDirectory("/app")
                            .environment("PORT", String.valueOf(port))
                            .exposedPort(port + "/tcp");
                    language.configure(config);
                    options.labels().forEach(config::label);
                    return config;
                },
                Reference.parse(name));
    }

    private Image site(BuildSteps steps, NodeApplication node, String name) {
        NodeLanguage site = new NodeLanguage(node);
        site.buildInFolder(steps);
        return new StaticImageBuilder(
                        project.root(), project.root().resolve(site.siteFolder(steps)), store, options, progress)
                .build(name)
                .image();
    }

    private Digest key(SourceFolder folder, String base, String name) {
        return new SourceHash()
                .add("format", FORMAT)
                .add("name", name)
                .add("base", base)
                .add("tools", language.tools())
                .add("options", options.toString())
                .add("application", project.application().toString())
                .tree(folder, "", path -> BuildSteps.isSource(path) && !language.isResult(path))
                .finish();
    }
}
