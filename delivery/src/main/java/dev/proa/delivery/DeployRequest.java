package dev.proa.delivery;

import dev.proa.delivery.config.AppSpec;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.source.SourceOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What to deploy.
 *
 * @param app the application: its folder, and what {@code proa.yaml} says of it
 * @param namespace for manifests that name none
 * @param timeout for the rollout and the first answer together, without the build
 * @param name of the application; empty for the folder's own
 * @param prune whether to delete objects that were deployed before and are no longer in the manifests
 * @param createNamespace whether to create a missing namespace
 * @param port on which the application listens, for generated manifests; 0 for the remembered one, or what its source
 *     says
 * @param strategy how the new version takes over; null for that of earlier deployments, at first rolling
 * @param sources which manifests to take
 */
public record DeployRequest(
        AppSpec app,
        String namespace,
        Duration timeout,
        String name,
        boolean prune,
        boolean createNamespace,
        int port,
        @Nullable Strategy strategy,
        SourceOptions sources) {

    /** A request with the usual options. */
    public static DeployRequest of(Path project, String namespace, Duration timeout) {
        return new DeployRequest(
                AppSpec.of(project), namespace, timeout, "", false, false, 0, null, SourceOptions.NONE);
    }

    /** The same with another application: what is said of it counts where this request says nothing. */
    public DeployRequest withApp(AppSpec other) {
        SourceOptions own = new SourceOptions(
                sources.manifests().isEmpty() ? other.manifests() : sources.manifests(),
                sources.values().isEmpty() ? other.values() : sources.values(),
                sources.sets().isEmpty() ? other.set() : sources.sets(),
                sources.skipHooks(),
                sources.profiles().isEmpty() ? other.profiles() : sources.profiles(),
                sources.builder(),
                sources.environment(),
                sources.programs());
        return new DeployRequest(
                other,
                namespace,
                timeout,
                name,
                prune,
                createNamespace,
                port > 0 ? port : other.port(),
                strategy == null ? other.strategy() : strategy,
                own);
    }

    /** The same under a name; empty for the folder's own. */
    public DeployRequest withName(String other) {
        return new DeployRequest(app, namespace, timeout, other, prune, createNamespace, port, strategy, sources);
    }

    /** The same with a port. */
    public DeployRequest withPort(int other) {
        return new DeployRequest(app, namespace, timeout, name, prune, createNamespace, other, strategy, sources);
    }

    /** The same with a strategy; null for none in particular. */
    public DeployRequest withStrategy(@Nullable Strategy other) {
        return new DeployRequest(app, namespace, timeout, name, prune, createNamespace, port, other, sources);
    }

    /** The same with missing namespaces created, and orphans deleted. */
    public DeployRequest with(boolean pruning, boolean creatingNamespace) {
        return new DeployRequest(app, namespace, timeout, name, pruning, creatingNamespace, port, strategy, sources);
    }

    /** The same with other sources of manifests. */
    public DeployRequest withSources(SourceOptions other) {
        return new DeployRequest(app, namespace, timeout, name, prune, createNamespace, port, strategy, other);
    }
}
