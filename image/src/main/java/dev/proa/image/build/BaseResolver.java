package dev.proa.image.build;

import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.Platform;
import dev.proa.image.store.ImageStore;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Gets the layers of a base into the store. */
final class BaseResolver {
    private final ImageStore store;
    private final BuildOptions options;
    private final Jdk jdk;
    private final Consumer<BuildEvent> progress;

    BaseResolver(ImageStore store, BuildOptions options, Jdk jdk, Consumer<BuildEvent> progress) {
        this.store = store;
        this.options = options;
        this.jdk = jdk;
        this.progress = progress;
    }

    /** Whether the base depends on which modules the application uses. */
    boolean dependsOnModules() {
        return options.base() instanceof BaseImage.HostRuntime;
    }

    /**
     * The base for an application.
     *
     * @param modules of the JDK it uses
     */
    Base resolve(Set<String> modules) {
        return switch (options.base()) {
            case BaseImage.HostRuntime() -> hostRuntime(HostRuntime.modules(modules));
        };
    }

    private Base hostRuntime(Set<String> modules) {
        List<Image.Layer> layers =
                new HostRuntime(options.cache(), store, jdk, options.hostTools()).layers(modules, progress);
        ImageConfigBuilder config = ImageConfig.empty(Platform.host()).toBuilder()
                .user("65532:65532")
                .environment("PATH", HostRuntime.HOME + "/bin:" + HostImageBuilder.PATH)
                .environment("JAVA_HOME", HostRuntime.HOME)
                .environment("LANG", "C.UTF-8");
        config.layer(layers.get(0).diffId(), "C library and tools of the host");
        config.layer(layers.get(1).diffId(), "Java runtime");
        return new Base(config.build(), layers, HostRuntime.HOME + "/bin/java");
    }
}
