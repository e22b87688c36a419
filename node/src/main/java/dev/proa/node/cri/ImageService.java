package dev.proa.node.cri;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The images of a node, as {@code runtime.v1.ImageService}. Methods block and may be called from any thread. */
public interface ImageService {

    /**
     * Pulls an image.
     *
     * @param reference as in a pod: {@code nginx}, {@code registry.example/app:1.2}, {@code app@sha256:...}
     * @param credentials user and password, or null
     * @return the image's id
     * @throws RuntimeFailure when it cannot be pulled; the message is the kubelet's {@code ErrImagePull} message
     */
    String pull(String reference, @Nullable Credentials credentials);

    /** The image that {@code reference} or an id names on this node, or null. */
    @Nullable
    Image find(String reference);

    /** All images of the node. */
    List<Image> list();

    /** Removes an image. Idempotent. */
    void remove(String reference);

    /** Credentials for a registry. */
    record Credentials(String user, String password) {
        @Override
        public String toString() {
            return "Credentials[" + user + ", ***]";
        }
    }

    /**
     * An image on the node.
     *
     * @param id {@code sha256:...} digest of its configuration
     * @param tags references by name
     * @param digests references by digest
     * @param sizeBytes of its unpacked layers
     * @param user numeric or named user of its configuration, may be empty
     * @param labels of its configuration
     */
    record Image(
            String id,
            List<String> tags,
            List<String> digests,
            long sizeBytes,
            String user,
            Map<String, String> labels) {
        public Image {
            tags = List.copyOf(tags);
            digests = List.copyOf(digests);
            labels = Map.copyOf(labels);
        }
    }
}
