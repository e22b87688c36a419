package dev.proa.delivery;

import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.Manifest;
import dev.proa.image.MediaTypes;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.build.BuiltImage;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Images that were not really built. */
public final class FakeImages {
    private FakeImages() {}

    /** An image of a name, the same each time. */
    static BuiltImage built(String name) {
        return built(name, "1");
    }

    /** An image of a name and a version. */
    public static BuiltImage built(String name, String version) {
        Descriptor descriptor = new Descriptor(
                MediaTypes.MANIFEST, Digest.of((name + version).getBytes(StandardCharsets.UTF_8)), name.length());
        Image image = new Image(
                descriptor, new Manifest(descriptor, List.of()), ImageConfig.empty(Platform.host()), List.of());
        return new BuiltImage(image, Reference.parse(name + ":" + version), false);
    }
}
