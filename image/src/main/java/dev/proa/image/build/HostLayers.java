package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.Image;
import dev.proa.image.JsonDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Layers made of files of this machine, remembered until one of those files changes. */
final class HostLayers {
    private final BuildCache known;

    HostLayers(BuildCache known) {
        this.known = known;
    }

    /**
     * New layers.
     *
     * @param sources the files of this machine that they were made of
     */
    record Made(List<Image.Layer> layers, Set<Path> sources) {}

    /** The layers of a key, made now if they are not known or out of date. */
    List<Image.Layer> of(Digest key, Supplier<Made> maker) {
        List<Image.Layer> layers = remembered(key);
        if (layers != null) {
            return layers;
        }
        Made made = maker.get();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("layers", made.layers().stream().map(BuildCache::layerJson).toList());
        json.put("files", stamps(made.sources()));
        known.write(key, json);
        return made.layers();
    }

    private @Nullable List<Image.Layer> remembered(Digest key) {
        JsonDocument json = known.read(key);
        if (json == null) {
            return null;
        }
        for (Map.Entry<String, String> file : json.stringMap("files").entrySet()) {
            if (!stamp(Path.of(file.getKey())).equals(file.getValue())) {
                return null;
            }
        }
        List<Image.Layer> layers = new ArrayList<>();
        for (JsonDocument entry : json.objects("layers")) {
            Image.Layer layer = known.layer(entry);
            if (layer == null) {
                return null;
            }
            layers.add(layer);
        }
        return layers;
    }

    private static Map<String, String> stamps(Set<Path> files) {
        Map<String, String> stamps = new TreeMap<>();
        files.forEach(file -> stamps.put(file.toString(), stamp(file)));
        return stamps;
    }

    /** Size and time of a file, by which a change is noticed. */
    static String stamp(Path file) {
        try {
            return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            return "gone";
        }
    }
}
