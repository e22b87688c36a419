package dev.proa.testing;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parsed resource path; parts that are absent are empty. */
record FakePath(String root, String group, String namespace, String plural, String name, String subresource) {

    /** The parts of {@code path}; null when it names no resource. */
    static @Nullable FakePath parse(String path) {
        List<String> parts = Arrays.asList(path.substring(1).split("/"));
        boolean core = parts.getFirst().equals("api");
        int at = core ? 2 : 3;
        if (parts.size() <= at) {
            return null;
        }
        String root = "/" + String.join("/", parts.subList(0, at));
        String group = core ? "" : parts.get(1);
        String namespace = "";
        if (parts.get(at).equals("namespaces")
                && parts.size() > at + 2
                && !List.of("status", "finalize").contains(parts.get(at + 2))) {
            namespace = parts.get(at + 1);
            at += 2;
        }
        return new FakePath(root, group, namespace, parts.get(at), part(parts, at + 1), part(parts, at + 2));
    }

    boolean namespaced() {
        return !namespace.isEmpty();
    }

    FakePath withName(String to) {
        return new FakePath(root, group, namespace, plural, to, subresource);
    }

    FakePath withSubresource(String to) {
        return new FakePath(root, group, namespace, plural, name, to);
    }

    FakePath in(String to) {
        return new FakePath(root, group, to, plural, name, subresource);
    }

    /** The key that the object is stored under. */
    String key() {
        return root + "/" + plural + "/" + namespace + "/" + name;
    }

    /** The prefix of the keys of all objects in this collection. */
    String prefix() {
        return root + "/" + plural + "/" + (namespaced() ? namespace + "/" : "");
    }

    private static String part(List<String> parts, int index) {
        return index < parts.size() ? parts.get(index) : "";
    }
}
