package dev.proa.image.build;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.InputStream;

/**
 * A class of this module that is copied into images.
 *
 * @param name of the class
 */
record ProgramClass(String name, byte[] bytes) {

    /** Reads the class file, without linking the class. */
    static ProgramClass of(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        try (InputStream in = type.getClassLoader().getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(type + " is not where it was loaded from");
            }
            return new ProgramClass(type.getName(), in.readAllBytes());
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + type, e);
        }
    }

    /** Its path below a directory of classes. */
    String path() {
        return name.replace('.', '/') + ".class";
    }

    Digest digest() {
        return Digest.of(bytes);
    }
}
