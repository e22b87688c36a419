package dev.proa.client;

import dev.proa.api.meta.v1.DeleteOptions;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A typed client of one resource, in one namespace or in all. All methods block and may be called from any thread.
 *
 * <p>Without a namespace ({@link #in}), writes go to the namespace that the object names, and lists span all
 * namespaces.
 */
public final class ResourceClient<T extends KubeObject> {
    private final Transport transport;
    private final Kind<T> kind;
    private final String namespace;
    private final Map<String, String> writeOptions;

    ResourceClient(Transport transport, Kind<T> kind, String namespace) {
        this(transport, kind, namespace, Map.of());
    }

    private ResourceClient(Transport transport, Kind<T> kind, String namespace, Map<String, String> writeOptions) {
        this.transport = transport;
        this.kind = kind;
        this.namespace = namespace;
        this.writeOptions = writeOptions;
    }

    public Kind<T> kind() {
        return kind;
    }

    /** This client for one {@code namespace}, which is ignored for cluster-scoped kinds. */
    public ResourceClient<T> in(String namespace) {
        return new ResourceClient<>(transport, kind, namespace, writeOptions);
    }

    /**
     * This client with writes that pass every check but are not stored ({@code dryRun=All}): deletions and subresources
     * as well.
     */
    public ResourceClient<T> dryRun() {
        return writing("dryRun", "All");
    }

    /** This client with writes that are refused when they have unknown fields ({@code fieldValidation=Strict}). */
    public ResourceClient<T> strict() {
        return writing("fieldValidation", "Strict");
    }

    private ResourceClient<T> writing(String option, String value) {
        Map<String, String> options = new HashMap<>(writeOptions);
        options.put(option, value);
        return new ResourceClient<>(transport, kind, namespace, Map.copyOf(options));
    }

    public T get(String name) {
        return kind.of(call("get", path(namespace, name), Map.of(), null));
    }

    /** The object with this {@code key}. */
    public T get(ObjectKey key) {
        return in(key.namespace()).get(key.name());
    }

    /** As {@link #get}, but null when there is none. */
    public @Nullable T find(String name) {
        try {
            return get(name);
        } catch (StatusException e) {
            if (e.code() == 404) {
                return null;
            }
            throw e;
        }
    }

    /** All objects, as they are now. */
    public List<T> list() {
        return list(ListOptions.ALL).items();
    }

    public ObjectList<T> list(ListOptions options) {
        MapValue answer = call("list", path(namespace, ""), options.query(), null);
        ListValue items = answer.list("items");
        List<T> objects = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            objects.add(kind.of(typed(items.map(i))));
        }
        MapValue metadata = answer.map("metadata");
        return new ObjectList<>(objects, metadata.string("resourceVersion"), metadata.string("continue"));
    }

    /** Starts a watch; returns once the server has accepted it. */
    public EventStream watch(ListOptions options) {
        return transport.watch(new Request("watch", path(namespace, ""), options.query(), null, null));
    }

    public T create(T object) {
        return kind.of(call("create", path(namespaceOf(object), ""), writeOptions, object.value()));
    }

    /**
     * Replaces an object. If it has a resource version, that must still be the current one (otherwise 409 Conflict).
     */
    public T update(T object) {
        return kind.of(call("update", path(namespaceOf(object), object.name()), writeOptions, object.value()));
    }

    /** Replaces the status of an object, through the {@code status} subresource. */
    public T updateStatus(T object) {
        return kind.of(callSubresource("update", namespaceOf(object), object.name(), "status", object.value()));
    }

    public T patch(String name, Patch patch) {
        return kind.of(transport.call(
                new Request("patch", path(namespace, name), writeOptions, patch.body(), patch.contentType())));
    }

    public T patchStatus(String name, Patch patch) {
        return kind.of(transport.call(new Request(
                "patch", path(namespace, name) + "/status", writeOptions, patch.body(), patch.contentType())));
    }

    /** Deletes an object with the server's default options. */
    public MapValue delete(String name) {
        return delete(name, DeleteOptions.EMPTY);
    }

    /**
     * Deletes an object.
     *
     * @return the object when its deletion is pending (grace period or finalizers), or a {@code Status} when it is gone
     */
    public MapValue delete(String name, DeleteOptions options) {
        return call(
                "delete", path(namespace, name), writeOptions, options.value().isEmpty() ? null : options.value());
    }

    /** Deletes all objects that {@code which} selects. */
    public MapValue deleteCollection(DeleteOptions options, ListOptions which) {
        Map<String, String> query = new HashMap<>(which.query());
        query.putAll(writeOptions);
        return call(
                "deletecollection", path(namespace, ""), query, options.value().isEmpty() ? null : options.value());
    }

    /**
     * A request for a subresource, as {@code create} of {@code pods/binding}, {@code update} of {@code deployments/scale} or
     * {@code create} of {@code serviceaccounts/token}.
     */
    public MapValue subresource(String verb, String name, String subresource, @Nullable MapValue body) {
        return callSubresource(verb, namespace, name, subresource, body);
    }

    /** The path of the collection, or of one object when {@code name} is not empty. */
    private String path(String in, String name) {
        StringBuilder path = new StringBuilder(64);
        if (kind.group().isEmpty()) {
            path.append("/api/").append(kind.version());
        } else {
            path.append("/apis/").append(kind.group()).append('/').append(kind.version());
        }
        if (kind.namespaced() && !in.isEmpty()) {
            path.append("/namespaces/").append(in);
        }
        path.append('/').append(kind.plural());
        if (!name.isEmpty()) {
            path.append('/').append(name);
        }
        return path.toString();
    }

    private String namespaceOf(T object) {
        return namespace.isEmpty() ? object.namespace() : namespace;
    }

    /** Items of a list carry no apiVersion and kind of their own. */
    private MapValue typed(MapValue item) {
        return item.has("kind")
                ? item
                : item.with("apiVersion", kind.apiVersion()).with("kind", kind.kind());
    }

    private MapValue callSubresource(String verb, String in, String name, String subresource, @Nullable MapValue body) {
        return call(verb, path(in, name) + "/" + subresource, verb.equals("get") ? Map.of() : writeOptions, body);
    }

    private MapValue call(String verb, String path, Map<String, String> query, @Nullable MapValue body) {
        return transport.call(new Request(verb, path, query, body, null));
    }
}
