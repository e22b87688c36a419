package dev.proa.delivery.pipeline;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of a repository at one commit. The same commit always has the same files. Thread-safe. */
public interface RepositoryFiles {
    /** The content of a file; null when there is none. {@code path} is relative to the root, with {@code /} and without {@code ./}. */
    byte @Nullable [] read(String path);

    /** The paths of all files, in any order. */
    List<String> paths();

    /** Files in memory. */
    static RepositoryFiles of(Map<String, String> files) {
        Map<String, String> copy = new TreeMap<>(files);
        return new RepositoryFiles() {
            @Override
            public byte @Nullable [] read(String path) {
                String text = copy.get(path);
                return text == null ? null : text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            }

            @Override
            public List<String> paths() {
                return List.copyOf(copy.keySet());
            }
        };
    }
}
