package dev.proa.image.store;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Tells names of files that the JDK can show from those that it can only pass on: Linux takes any bytes for a name. */
public final class FileNames {
    /** What a name is that is no text, for messages. */
    public static final String NOT_TEXT = "not text in " + System.getProperty("sun.jnu.encoding")
            + ", which is the encoding of file names in this locale";

    private FileNames() {}

    /** Whether the text of a name leads back to the same name. */
    public static boolean isText(Path name) {
        try {
            return Path.of(name.toString()).equals(name);
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
