package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * An unpacked war.
 *
 * @param root the directory of all but its classes and libraries
 * @param classes the directory of {@code WEB-INF/classes}
 * @param libraries the jars of {@code WEB-INF/lib}, in order
 */
record WarFile(Path root, Path classes, List<Path> libraries) {
    private static final String CLASSES = "WEB-INF/classes/";
    private static final String LIBRARIES = "WEB-INF/lib/";
    /** What Maven notes about the build, which differs from one to the next. */
    private static final String NOTES = "META-INF/maven/";

    WarFile {
        libraries = List.copyOf(libraries);
    }

    /** Whether a war can be started by {@code java -jar}, as that of Spring Boot. */
    static boolean isExecutable(Path war) {
        try (JarFile file = new JarFile(war.toFile())) {
            Manifest manifest = file.getManifest();
            return manifest != null && manifest.getMainAttributes().containsKey(Attributes.Name.MAIN_CLASS);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + war.getFileName(), e);
        }
    }

    /**
     * Unpacks a war.
     *
     * @param to a directory that does not exist
     * @throws ImageFailure when a name leads out of it, or it is larger than an image may be
     */
    static WarFile unpack(Path war, Path to) {
        Path root = to.resolve("web");
        Path classes = to.resolve("classes");
        List<Path> libraries = new ArrayList<>();
        try (ZipFile file = new ZipFile(war.toFile())) {
            Files.createDirectories(root);
            Files.createDirectories(classes);
            if (file.size() > UnpackLimits.DEFAULT.entries()) {
                throw ImageFailure.invalid(war.getFileName() + " has more than " + UnpackLimits.DEFAULT.entries()
                        + " files; leave some out");
            }
            long packed = Files.size(war);
            long plain = 0;
            for (Enumeration<? extends ZipEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                String name = entry.getName();
                if (entry.isDirectory() || name.startsWith(NOTES)) {
                    continue;
                }
                Path target = name.startsWith(CLASSES)
                        ? below(classes, name.substring(CLASSES.length()), war)
                        : below(name.startsWith(LIBRARIES) ? to : root, name, war);
                Files.createDirectories(target.getParent());
                try (InputStream in = file.getInputStream(entry)) {
                    plain = copy(in, target, plain, packed);
                }
                if (name.startsWith(LIBRARIES) && name.endsWith(".jar")) {
                    libraries.add(target);
                }
            }
            libraries.sort(null);
            return new WarFile(root, classes, libraries);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot unpack " + war.getFileName(), e);
        }
    }

    private static Path below(Path directory, String name, Path war) {
        Path target = directory.resolve(name).normalize();
        if (name.indexOf('\\') >= 0
                || List.of(name.split("/")).contains("..")
                || !target.startsWith(directory)
                || target.equals(directory)) {
            throw ImageFailure.invalid(
                    war.getFileName() + " has a file that would lie outside of it: \"" + name + "\"");
        }
        return target;
    }

    private static long copy(InputStream in, Path target, long before, long packed) throws IOException {
        long plain = before;
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(target)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                plain += n;
                UnpackLimits.DEFAULT.require(plain, packed);
                out.write(buffer, 0, n);
            }
        }
        return plain;
    }
}
