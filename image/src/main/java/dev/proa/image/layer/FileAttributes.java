package dev.proa.image.layer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Reads extended attributes of all namespaces, which the JDK cannot. */
public interface FileAttributes {
    /** Without extended attributes: for files of which nobody needs them. */
    FileAttributes NONE = path -> Map.of();

    /** The extended attributes of a file, of the link itself when it is one, by their names such as {@code user.note}. */
    Map<String, byte[]> extended(Path path) throws IOException;
}
