package dev.proa.delivery.source;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * An image that is built for the manifests which name it.
 *
 * @param image its name in the manifests, without a tag
 * @param folder the source, or the context of a Dockerfile
 * @param dockerfile path of the Dockerfile in the folder; empty to have the kind of project detected
 * @param target the stage to build; empty for the last one
 * @param arguments values of the Dockerfile's arguments
 */
public record ImageBuild(String image, Path folder, String dockerfile, String target, Map<String, String> arguments) {
    public ImageBuild {
        arguments = Collections.unmodifiableMap(new TreeMap<>(arguments));
    }

    /** A build of a folder as what it is. */
    public static ImageBuild of(String image, Path folder) {
        return new ImageBuild(image, folder, "", "", Map.of());
    }

    /** Whether the folder is built as what it is, with nothing said about a Dockerfile. */
    public boolean plain() {
        return dockerfile.isEmpty() && target.isEmpty() && arguments.isEmpty();
    }
}
