package dev.proa.delivery;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.delivery.source.Kinds;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code proa convert}: writes the manifests of a folder to files, so that its user keeps and changes them there. Existing files are
 * never replaced.
 */
public final class Conversion {
    private Conversion() {}

    /**
     * What was written.
     *
     * @param files in the order of their application
     * @param notes on what was not translated, and what is left to do
     */
    public record Written(List<Path> files, List<String> notes) {
        public Written {
            files = List.copyOf(files);
            notes = List.copyOf(notes);
        }
    }

    /**
     * Renders and writes.
     *
     * @param claims whether the cluster that they are for provides persistent volumes
     * @throws IllegalArgumentException when they cannot be rendered, or a file exists; the message says what to do
     */
    public static Written write(DeployRequest request, boolean claims, Path directory) throws IOException {
        try {
            Plan plan = Plan.of(request.app(), request.name(), request.namespace(), request.sources(), claims);
            List<String> notes = new ArrayList<>(plan.manifests().notes());
            Map<String, String> images = new LinkedHashMap<>();
            plan.builds().forEach(build -> {
                if (build.folder().equals(plan.project())) {
                    images.put(
                            build.image(), plan.image()); // by this name, it is replaced by what is built of the folder
                } else {
                    notes.add("the image " + build.image() + " is built of " + build.folder()
                            + ", which these manifests do not say: build and import it before they are deployed");
                }
            });
            Map<Path, MapValue> files = new LinkedHashMap<>();
            for (MapValue object : plan.manifests().plain(images)) {
                Path file = directory.resolve(object.map("metadata").string("name") + "-"
                        + object.string("kind").toLowerCase(Locale.ROOT) + ".yaml");
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw new DeliveryFailure(file + " exists: remove it, or write to another folder with -o");
                }
                files.put(file, object);
                if (object.string("kind").equals("Secret")) {
                    notes.add(file + " has the values of " + Kinds.describe(object)
                            + ", which anybody who reads it can decode: keep it out of version control");
                }
            }
            Files.createDirectories(directory);
            for (Map.Entry<Path, MapValue> file : files.entrySet()) {
                write(file.getKey(), file.getValue(), plan.project());
            }
            return new Written(List.copyOf(files.keySet()), notes);
        } catch (DeliveryFailure | ImageFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException(
                    e.getFile() + " exists: remove it, or write to another folder with -o", e);
        }
    }

    private static void write(Path file, MapValue object, Path project) throws IOException {
        String mode = object.string("kind").equals("Secret") ? "rw-------" : "rw-r--r--";
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        Files.write(
                file,
                Yaml.toString(object).getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        if (System.getProperty("user.name").equals("root")) {
            Files.setOwner(file, Files.getOwner(project)); // who will change it
        }
    }
}
