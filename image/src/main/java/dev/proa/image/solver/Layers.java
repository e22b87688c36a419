package dev.proa.image.solver;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.store.LayerStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file system of a stage: layers on each other.
 *
 * @param key identifies the content, as far as steps that gave it are repeatable
 * @param all the lowest first
 */
record Layers(Digest key, List<Layer> all) {
    Layers {
        all = List.copyOf(all);
    }

    /** A layer, as the lower directory of an overlay mount. */
    sealed interface Layer {
        Path directory();

        /** A layer of a base image. */
        record OfImage(Path directory, Image.Layer layer) implements Layer {}

        /** The result of a step. */
        record OfStep(Path directory) implements Layer {}
    }

    /** No layers: {@code FROM scratch}. */
    static Layers none() {
        return new Layers(new Key("scratch").finish(), List.of());
    }

    /** With the result of a step on top. */
    Layers with(Digest newKey, Path directory) {
        List<Layer> more = new ArrayList<>(all);
        more.add(new Layer.OfStep(directory));
        return new Layers(newKey, more);
    }

    /** The directories to mount, the lowest first. */
    List<Path> directories() {
        return LayerStore.mountable(all.stream().map(Layer::directory).toList());
    }
}
