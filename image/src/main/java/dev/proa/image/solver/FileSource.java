package dev.proa.image.solver;

import dev.proa.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;

/**
 * What {@code COPY} takes files from: the context, or the root of a stage or an image. Paths are relative to it, without a
 * leading slash, and {@code ""} is its top. Links are resolved as if it were the root of all files. For one thread.
 */
interface FileSource {
    /** The type of an item. */
    enum Type {
        FILE,
        DIRECTORY,
        LINK,
        /** A device, a pipe or a socket. */
        OTHER
    }

    /**
     * Something to copy.
     *
     * @param mode the permission bits, with set-user-ID and the like
     * @param modified nanoseconds since the epoch
     * @param target of a link
     */
    record Item(String path, Type type, int mode, int uid, int gid, long size, long modified, String target) {
        /** Its last component. */
        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /** The paths that a pattern matches, sorted; patterns without wildcards match what they name, if it exists. */
    List<String> match(String pattern) throws IOException;

    /**
     * What is at a path, after following links.
     *
     * @throws NoSuchFileException when nothing is
     */
    Item item(String path) throws IOException;

    /** All below a directory, sorted by path, so that directories precede what is in them; links are not followed. */
    List<Item> below(Item directory) throws IOException;

    /** Opens a file. */
    InputStream open(Item file) throws IOException;

    /** The SHA-256 of a file's content, in hexadecimal digits. */
    default String digest(Item file) throws IOException {
        try (InputStream in = open(file)) {
            return Digest.of(in, file.size()).hex();
        }
    }

    /** Fails when a file is no longer what it was when its item was made, where that can happen. */
    default void requireSame(Item file) {}

    /** The extended attributes of an item that are copied with it. */
    Map<String, byte[]> attributes(Item item) throws IOException;

    /** A pattern without wildcards as the path that it means. */
    static String unescaped(String pattern) {
        return pattern.replaceAll("\\\\(.)", "$1");
    }

    /** A path in its shortest form, relative to the top, where {@code ..} leads nowhere: {@code ./a//../b/} is {@code b}. */
    static String clean(String path) {
        StringBuilder clean = new StringBuilder();
        for (String part : path.split("/")) {
            if (part.equals("..")) {
                clean.setLength(Math.max(0, clean.lastIndexOf("/")));
            } else if (!part.isEmpty() && !part.equals(".")) {
                clean.append(clean.isEmpty() ? "" : "/").append(part);
            }
        }
        return clean.toString();
    }
}
