package dev.proa.server.apiserver;

import dev.proa.api.selector.FieldSelector;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.StatusException;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.flowcontrol.FlowControl;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The verb and the resource of a request, parsed from its method and path. Paths are percent-decoded only here: each
 * segment after splitting, so that {@code %2F} is a part of a name and never a separator.
 *
 * @param verb get, list, watch, create, update, patch, delete or deletecollection; for other paths the method in
 *     lower case
 * @param resource plural; empty when the path is not that of a resource
 * @param name empty for the collection
 * @param subresource empty for the resource itself
 * @param rest what follows the subresource, as it was sent, for proxies
 * @param path the whole of it, decoded, but for slashes within segments, which stay {@code %2F}
 */
public record RequestInfo(
        String verb,
        String group,
        String version,
        String namespace,
        String resource,
        String name,
        String subresource,
        String rest,
        String path) {

    private static final Set<String> LONG_RUNNING = Set.of("attach", "exec", "log", "portforward", "proxy");
    private static final Set<String> READING = Set.of("get", "list", "watch");

    /**
     * Reads a path: {@code /api/VERSION/...} or {@code /apis/GROUP/VERSION/...}; all others are no resources.
     *
     * @param raw the path as it was sent
     * @throws StatusException when an escape in it is none
     */
    public static RequestInfo parse(String method, String raw, Query query) {
        String path = decodedPath(raw);
        boolean core = raw.startsWith("/api/");
        if (!core && !raw.startsWith("/apis/")) {
            if (path.startsWith("/api/") || path.startsWith("/apis/")) {
                // Whoever is asked about the path must see the resource that the next server sees.
                throw StatusException.badRequest("the path begins with escapes: " + raw);
            }
            return other(method, path);
        }
        Segments segments = new Segments(raw, core ? 5 : 6);
        String group = core ? "" : segments.next();
        String version = segments.next();
        String first = segments.next();
        if (first.isEmpty()) {
            return other(method, path);
        }
        boolean watched = first.equals("watch");
        if (watched) {
            first = segments.next();
        }
        String namespace = "";
        String resource = first;
        String name = segments.next();
        String subresource = segments.next();
        if (first.equals("namespaces") && !name.isEmpty()) {
            namespace = name;
            if (!subresource.isEmpty() && !subresource.equals("status") && !subresource.equals("finalize")) {
                resource = subresource;
                name = segments.next();
                subresource = segments.next();
            }
        }
        String verb = verb(method, name.isEmpty(), watched || query.flag("watch"));
        if (watched) {
            verb = "watch";
        }
        return new RequestInfo(verb, group, version, namespace, resource, name, subresource, segments.rest(), path);
    }

    private static RequestInfo other(String method, String path) {
        return new RequestInfo(method.toLowerCase(java.util.Locale.ROOT), "", "", "", "", "", "", "", path);
    }

    private static String decodedPath(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        StringBuilder path = new StringBuilder(raw.length());
        for (int from = 0; from <= raw.length(); ) {
            int slash = raw.indexOf('/', from);
            int end = slash < 0 ? raw.length() : slash;
            path.append(decoded(raw.substring(from, end)).replace("/", "%2F"));
            if (slash >= 0) {
                path.append('/');
            }
            from = end + 1;
        }
        return path.toString();
    }

    /** A segment without its escapes. */
    static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw StatusException.badRequest("invalid URL escape in the path: " + segment);
        }
    }

    private static String verb(String method, boolean collection, boolean watch) {
        return switch (method) {
            case "GET", "HEAD" -> !collection ? "get" : watch ? "watch" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> collection ? "deletecollection" : "delete";
            default -> "";
        };
    }

    /** How flow control counts the request. */
    public FlowControl.Kind kind() {
        boolean longRunning = verb.equals("watch") || isResource() && LONG_RUNNING.contains(subresource);
        return longRunning
                ? FlowControl.Kind.LONG_RUNNING
                : READING.contains(verb) ? FlowControl.Kind.READ_ONLY : FlowControl.Kind.MUTATING;
    }

    /** Whether a request is passed on to a pod, a service or a node, with whatever method. */
    boolean isProxied() {
        return subresource.equals("proxy");
    }

    public boolean isResource() {
        return !resource.isEmpty();
    }

    /** What an authorizer is asked about the request. */
    public AuthorizationAttributes attributes(UserInfo user, Query query) {
        if (!isResource()) {
            return AuthorizationAttributes.ofPath(user, verb, path);
        }
        boolean collection = verb.equals("list") || verb.equals("watch") || verb.equals("deletecollection");
        FieldSelector fields = collection ? fields(query) : FieldSelector.EVERYTHING;
        String selected = name.isEmpty() ? fields.required("metadata.name") : null;
        return new AuthorizationAttributes(
                user,
                verb,
                group,
                version,
                resource,
                subresource,
                namespace,
                selected == null ? name : selected,
                "",
                fields,
                collection ? labels(query) : LabelSelector.EVERYTHING);
    }

    private static LabelSelector labels(Query query) {
        try {
            return LabelSelector.parse(query.get("labelSelector"));
        } catch (IllegalArgumentException e) {
            return LabelSelector.EVERYTHING; // what it is asked for refuses it
        }
    }

    private static FieldSelector fields(Query query) {
        try {
            return FieldSelector.parse(query.get("fieldSelector"));
        } catch (IllegalArgumentException e) {
            return FieldSelector.EVERYTHING; // what it is asked for refuses it
        }
    }

    /** The segments of a path, one after the other. */
    private static final class Segments {
        private final String path;
        private int position;
        private @Nullable String rest;

        Segments(String path, int position) {
            this.path = path;
            this.position = position;
        }

        String next() {
            if (position >= path.length()) {
                return "";
            }
            int end = path.indexOf('/', position);
            String segment = decoded(path.substring(position, end < 0 ? path.length() : end));
            position = end < 0 ? path.length() : end + 1;
            rest = end < 0 ? "" : path.substring(end);
            return segment;
        }

        /** What has not been read, from its slash on. */
        String rest() {
            return rest == null || position > path.length() ? "" : rest;
        }
    }
}
