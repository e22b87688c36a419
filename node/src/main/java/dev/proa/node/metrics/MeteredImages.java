package dev.proa.node.metrics;

import dev.proa.node.cri.ImageService;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts and times what is asked of an image service, under the CRI's names of the operations. */
final class MeteredImages implements ImageService {
    private final ImageService images;
    private final MeteredRuntime.Meter meter;

    MeteredImages(ImageService images, MeteredRuntime.Meter meter) {
        this.images = images;
        this.meter = meter;
    }

    @Override
    public String pull(String reference, @Nullable Credentials credentials) {
        return meter.call("pull_image", () -> images.pull(reference, credentials));
    }

    @Override
    public @Nullable Image find(String reference) {
        return meter.<@Nullable Image>call("image_status", () -> images.find(reference));
    }

    @Override
    public List<Image> list() {
        return meter.call("list_images", images::list);
    }

    @Override
    public void remove(String reference) {
        meter.run("remove_image", () -> images.remove(reference));
    }
}
