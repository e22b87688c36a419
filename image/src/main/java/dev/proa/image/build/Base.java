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
 * The base of an image: its lower layers and initial configuration.
 *
 * @param java the Java launcher in it; {@code java} where none was looked for
 */
record Base(ImageConfig config, List<Image.Layer> layers, String java) {

    /**
     * The command that starts a Java program. File names are UTF-8 whatever the image's locale, since the JVM's default
     * without a locale, {@code POSIX}, cannot represent most names.
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

    /** A layer of the application, with its name in the history. */
    record AppLayer(String name, Image.Layer layer) {}
}
