package dev.proa.delivery.source;

import dev.proa.delivery.config.DeliveryFailure;
import java.util.List;

/**
 * Where the manifests of an application come from. Rendering reads the folder and runs programs, but changes nothing and never
 * needs a cluster; the same folder and setting give the same manifests. Blocks; for one thread at a time.
 */
public interface ManifestSource {
    /** The names of Compose files, the one to prefer first. */
    List<String> COMPOSE_FILES = List.of("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml");

    /** What it is and what renders it, in few words, as {@code the Helm chart chart, by helm v4.0.0}. */
    String description();

    /** Whether they are generated for the application, so that its port and image are what they depend on. */
    boolean generated();

    /**
     * Renders the manifests.
     *
     * @throws DeliveryFailure when that is impossible; the message names the file and says what to do
     * @throws dev.proa.image.ImageFailure when a file is outside of the folder, too long, or no file
     */
    Rendered render(Setting setting);

    /**
     * What manifests depend on besides the folder.
     *
     * @param name of the application, which is also that of its image and of a Helm release
     * @param namespace for objects that name none
     * @param port on which the application listens
     * @param claims whether the cluster provides persistent volumes for claims
     */
    record Setting(String name, String namespace, int port, boolean claims) {}
}
