package dev.proa.registry;

import dev.proa.api.codec.Json;
import dev.proa.image.Descriptor;
import dev.proa.image.Digest;
import dev.proa.image.ManifestDocument;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.registry.RegistryAccess.Action;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lists the tags of a repository, and the manifests that refer to a manifest. */
final class ListCalls {
    private static final int MAX_TAGS = 10_000;
    /** Of referrers, whose annotations may be long. */
    private static final int MAX_BYTES = 2 << 20;

    private final Repositories repositories;
    private final ImageStore store;

    ListCalls(Repositories repositories) {
        this.repositories = repositories;
        store = repositories.store();
    }

    void tags(RegistryCall call, Caller caller, Route.Tags route) throws IOException {
        Methods.requireRead(call);
        Reference name = caller.repository(route.name(), Action.PULL);
        Repository repository = repositories.get(name.name());
        if (!repositories.isKnown(name.name())) {
            throw new RegistryException(ErrorCode.NAME_UNKNOWN, "there is no repository " + name.repository());
        }
        int count = pageSize(call.query("n"));
        String last = call.query("last");
        NavigableMap<String, Descriptor> rest =
                last == null ? repository.tags() : repository.tags().tailMap(last, false);
        List<String> page = rest.keySet().stream().limit(count).toList();
        if (page.size() < rest.size() && !page.isEmpty()) {
            call.set("Link", link(call, Caller.url(name, "tags", "list"), Integer.toString(count), page.getLast()));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name.repository());
        json.put("tags", page);
        call.document(200, RegistryCall.JSON, Json.encode(json));
    }

    private static int pageSize(@Nullable String text) {
        if (text == null) {
            return MAX_TAGS;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw new RegistryException(ErrorCode.PAGINATION_NUMBER_INVALID, "n has to be a number of tags");
        }
        return Math.min(Integer.parseInt(text), MAX_TAGS);
    }

    /** The header that leads to the next page (RFC 8288). */
    private static String link(RegistryCall call, String path, @Nullable String count, String last) {
        StringBuilder link =
                new StringBuilder("<").append(path).append("?last=").append(escaped(last));
        if (count != null) {
            link.append("&n=").append(count);
        }
        for (String kept : List.of("ns", "artifactType")) {
            String value = call.query(kept);
            if (value != null) {
                link.append('&').append(kept).append('=').append(escaped(value));
            }
        }
        return link.append(">; rel=\"next\"").toString();
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    void referrers(RegistryCall call, Caller caller, Route.Referrers route) throws IOException {
        Methods.requireRead(call);
        Reference name = caller.repository(route.name(), Action.PULL);
        String type = call.query("artifactType");
        String last = call.query("last");
        List<Map<String, Object>> page = new ArrayList<>();
        long bytes = 0;
        for (Map<String, Object> referrer : referrers(name, route.digest(), type, last)) {
            bytes += Json.encode(referrer).length;
            if (bytes > MAX_BYTES && !page.isEmpty()) {
                String before = String.valueOf(page.getLast().get("digest"));
                call.set("Link", link(call, Caller.url(name, "referrers", route.digest()), null, before));
                break;
            }
            page.add(referrer);
        }
        if (type != null) {
            call.set("OCI-Filters-Applied", "artifactType");
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schemaVersion", 2);
        json.put("mediaType", MediaTypes.INDEX);
        json.put("manifests", page);
        call.document(200, MediaTypes.INDEX, Json.encode(json));
    }

    /** In the order of their digests, so that pages fit together. */
    private Iterable<Map<String, Object>> referrers(
            Reference name, Digest subject, @Nullable String type, @Nullable String last) {
        NavigableMap<String, Map<String, Object>> found = new TreeMap<>();
        for (Descriptor manifest : repositories.get(name.name()).named().values()) {
            ManifestDocument document = store.manifest(manifest.digest());
            if (document.subject() != null
                    && document.subject().digest().equals(subject)
                    && (type == null || type.equals(document.artifactType()))) {
                found.put(manifest.digest().toString(), descriptor(manifest, document));
            }
        }
        return (last == null ? found : found.tailMap(last, false)).values();
    }

    private static Map<String, Object> descriptor(Descriptor manifest, ManifestDocument document) {
        Map<String, Object> json =
                manifest.withAnnotations(document.annotations()).toJson();
        if (document.artifactType() != null) {
            json.put("artifactType", document.artifactType());
        }
        return json;
    }
}
