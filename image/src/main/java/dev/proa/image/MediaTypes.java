package dev.proa.image;

/** Media types of the OCI image specification 1.1, and Docker's equivalents. */
public final class MediaTypes {
    public static final String INDEX = "application/vnd.oci.image.index.v1+json";
    public static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    public static final String CONFIG = "application/vnd.oci.image.config.v1+json";
    public static final String LAYER_TAR = "application/vnd.oci.image.layer.v1.tar";
    public static final String LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
    public static final String LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd";

    public static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    public static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    public static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
    public static final String DOCKER_LAYER_TAR = "application/vnd.docker.image.rootfs.diff.tar";
    public static final String DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    private MediaTypes() {}

    /** Whether the document lists manifests for several platforms. */
    public static boolean isIndex(String mediaType) {
        return mediaType.equals(INDEX) || mediaType.equals(DOCKER_LIST);
    }

    /** Whether the document is the manifest of one image. */
    public static boolean isManifest(String mediaType) {
        return mediaType.equals(MANIFEST) || mediaType.equals(DOCKER_MANIFEST);
    }

    /** Whether it is a layer of an image, compressed or not; without a media type it is taken for one. */
    public static boolean isLayer(String mediaType) {
        return mediaType.isEmpty()
                || mediaType.startsWith("application/vnd.oci.image.layer.")
                || mediaType.startsWith("application/vnd.docker.image.rootfs.");
    }

    /** Whether it is a layer that registries need not have, since it may not be distributed. */
    public static boolean isForeign(String mediaType) {
        return mediaType.startsWith("application/vnd.oci.image.layer.nondistributable.")
                || mediaType.startsWith("application/vnd.docker.image.rootfs.foreign.");
    }
}
