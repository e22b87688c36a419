package dev.proa.image.build;

import dev.proa.image.Descriptor;
import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What an image is built on: the layers below and the configuration to start from.
 *
 * @param java the Java launcher in it
 */
record Base(ImageConfig config, List<Image.Layer> layers, String java) {

    /**
     * How a Java program is begun. The names of files are UTF-8 whatever locale the image has: in the JVM's own choice without one, {@code
     * POSIX}, most names cannot be said.
     */
    List<String> launcher() {
        return List.of(java, "-Dsun.jnu.encoding=UTF-8");
    }

    /** Adds layers on top and writes the image. */
    Image build(ImageStore store, List<AppLayer> appLayers, UnaryOperator<ImageConfigBuilder> finish, Reference name) {
        List<Descriptor> descriptors = new ArrayList<>();
        layers.forEach(layer -> descriptors.add(layer.descriptor()));
        ImageConfigBuilder builder = config.toBuilder();
        for (AppLayer layer : appLayers) {
            descriptors.add(layer.layer().descriptor());
            builder.layer(layer.layer().diffId(), layer.name());
        }
        return store.write(finish.apply(builder).build(), descriptors, Map.of(), name);
    }

    /** A layer of the application's own, and what it is called in the history. */
    record AppLayer(String name, Image.Layer layer) {}
}
