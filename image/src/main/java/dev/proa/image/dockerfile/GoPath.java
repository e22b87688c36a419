package dev.proa.image.dockerfile;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths with slashes, as Go's package {@code path} treats them. */
final class GoPath {
    private GoPath() {}

    /** The shortest equal path: no empty or {@code .} elements, {@code ..} resolved as far as it can be; never empty. */
    static String clean(String path) {
        boolean rooted = path.startsWith("/");
        Deque<String> elements = new ArrayDeque<>();
        for (String element : path.split("/")) {
            if (element.equals("..")) {
                if (!elements.isEmpty() && !elements.getLast().equals("..")) {
                    elements.removeLast();
                } else if (!rooted) {
                    elements.add(element);
                }
            } else if (!element.isEmpty() && !element.equals(".")) {
                elements.add(element);
            }
        }
        String cleaned = (rooted ? "/" : "") + String.join("/", elements);
        return cleaned.isEmpty() ? "." : cleaned;
    }

    /** The last element, {@code /} for the root and {@code .} for an empty path. */
    static String base(String path) {
        if (path.isEmpty()) {
            return ".";
        }
        String cleaned = path.replaceAll("/+$", "");
        return cleaned.isEmpty() ? "/" : cleaned.substring(cleaned.lastIndexOf('/') + 1);
    }
}
