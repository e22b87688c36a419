package dev.proa.server.apiserver;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.status.Resource;
import dev.proa.api.value.MapValue;
import dev.proa.server.resource.Strategy;
import dev.proa.server.store.Key;
import dev.proa.server.store.StoredObject;

/** One version of one resource that is served, and what is particular to it. */
record Endpoint(ResourceType type, Strategy strategy) {

    String group() {
        return type.group();
    }

    String version() {
        return type.version();
    }

    String kind() {
        return type.kind();
    }

    String plural() {
        return type.plural();
    }

    boolean namespaced() {
        return type.namespaced();
    }

    String apiVersion() {
        return type.apiVersion();
    }

    /** The resource in the text of an error. */
    Resource resource() {
        return type.resource();
    }

    /** The kind in the text of an error. */
    Resource kindResource() {
        return type.kindInErrors();
    }

    Key key(String namespace, String name) {
        return new Key(strategy.storageResource(), namespaced() ? namespace : "", name);
    }

    /** The object in the shape of this version; the very same, with its bytes, when that is how it is stored. */
    StoredObject inVersion(StoredObject object) {
        MapValue value = strategy.fromStorage(object.value());
        return value == object.value()
                ? object
                : new StoredObject(object.key(), value, object.createRevision(), object.revision());
    }
}
