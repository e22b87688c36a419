package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verb list: the objects of a collection at one revision, whole or in pages. */
final class Lister {
    private static final String TOO_OLD_TO_CONTINUE =
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without"
                    + " the continue parameter, or use the continue token in this response to retrieve the remainder of the"
                    + " results. Continuing with the provided token results in an inconsistent list - objects that were"
                    + " created, modified, or deleted between the time the first chunk was returned and now may show up in the"
                    + " list.";

    private final Store store;
    private final ResourceVersionWaiter waiter;

    Lister(Store store, ResourceVersionWaiter waiter) {
        this.store = store;
        this.waiter = waiter;
    }

    ApiResponse list(Call call) {
        Selection selection = Selection.of(call);
        return list(call, selection, ListOptions.of(call, false));
    }

    ApiResponse list(Call call, Selection selection, ListOptions options) {
        Page page = page(call, selection, options);
        MapValue.Builder metadata = MapValue.builder(4);
        if (page.next() != null) {
            metadata.put("continue", page.next().encode());
            if (selection.isEverything()) {
                metadata.put("remainingItemCount", page.remaining());
            }
        }
        metadata.put("resourceVersion", Long.toString(page.revision()));
        return new ApiResponse(
                200,
                new ApiResponse.Many(
                        call.endpoint.apiVersion(), call.endpoint.type().listKind(), metadata.build(), page.items()),
                call.warnings());
    }

    /**
     * @param next where to go on; null when this is the end
     */
    private record Page(
            List<StoredObject> items,
            long revision,
            @Nullable Token next,
            long remaining) {}

    private Page page(Call call, Selection selection, ListOptions options) {
        String resource = call.endpoint.strategy().storageResource();
        String namespace =
                call.info.namespace().isEmpty() || !call.endpoint.namespaced() ? null : call.info.namespace();
        Token start = options.continuation().isEmpty() ? null : Token.decode(options);
        Snapshot snapshot = start == null ? snapshot(call, options) : continued(start);
        List<StoredObject> items = new ArrayList<>(
                options.limit() > 0
                        ? (int) Math.min(options.limit(), 1000)
                        : selection.isEverything() ? snapshot.count(resource, namespace) : 16);
        long skipped = start == null ? 0 : start.seen();
        String name = selection.name();
        if (name != null && (namespace != null || !call.endpoint.namespaced())) {
            StoredObject object = snapshot.get(call.endpoint.key(call.info.namespace(), name));
            boolean calls = call.endpoint.strategy().readsByCalls();
            if (object != null && (calls || selection.matches(object.value()))) {
                StoredObject versioned = call.endpoint.inVersion(object);
                if (!calls || selection.matches(versioned.value())) {
                    items.add(versioned);
                }
            }
            return new Page(items, snapshot.revision(), null, 0);
        }
        boolean read = call.endpoint.strategy().readsByCalls();
        boolean all = read || selection.isEverything();
        Key last = null;
        Iterable<StoredObject> stored = snapshot.list(resource, namespace, start == null ? null : start.key(resource));
        Iterable<StoredObject> objects =
                read ? () -> new ReadObjects(stored, call.endpoint, selection, options.limit()) : stored;
        for (StoredObject object : objects) {
            if (!all && !selection.matches(object.value())) {
                continue;
            }
            if (options.limit() > 0 && items.size() == options.limit() && last != null) {
                long seen = skipped + items.size();
                Token next = new Token(snapshot.revision(), last.namespace(), last.name(), seen);
                return new Page(items, snapshot.revision(), next, snapshot.count(resource, namespace) - seen);
            }
            items.add(read ? object : call.endpoint.inVersion(object));
            last = object.key();
        }
        return new Page(items, snapshot.revision(), null, 0);
    }

    private Snapshot snapshot(Call call, ListOptions options) {
        long revision = options.revision();
        waiter.await(call, revision);
        boolean exact = options.match().equals("Exact")
                || revision > 0 && options.limit() > 0 && options.match().isEmpty();
        if (revision <= 0 || !exact) {
            return store.snapshot();
        }
        try {
            return store.snapshot(revision);
        } catch (Store.CompactedException e) {
            throw StatusException.expired("The resourceVersion for the provided list is too old.");
        }
    }

    private Snapshot continued(Token token) {
        if (token.revision() < 0) {
            return store.snapshot();
        }
        try {
            return store.snapshot(token.revision());
        } catch (Store.CompactedException e) {
            Token inconsistent = new Token(-1, token.namespace(), token.name(), token.seen());
            MapValue status = StatusException.of(Reason.Expired, TOO_OLD_TO_CONTINUE, MapValue.EMPTY)
                    .status();
            throw StatusException.from(status.with("metadata", MapValue.of("continue", inconsistent.encode())));
        } catch (Store.FutureRevisionException e) {
            throw StatusException.badRequest("invalid continue token: its revision has not happened yet");
        }
    }

    /**
     * The continue token.
     *
     * @param revision of the snapshot; -1 to go on with whatever is there now
     * @param seen how many items earlier pages had
     */
    private record Token(long revision, String namespace, String name, long seen) {

        Key key(String resource) {
            return new Key(resource, namespace, name);
        }

        String encode() {
            byte[] json = Json.encode(
                    MapValue.of("v", "meta.k8s.io/v1", "rv", revision, "start", namespace + "/" + name, "seen", seen));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(json);
        }

        static Token decode(ListOptions options) {
            if (options.revision() > 0) {
                throw StatusException.badRequest("specifying resource version is not allowed when using continue");
            }
            try {
                byte[] json =
                        Base64.getUrlDecoder().decode(options.continuation().getBytes(StandardCharsets.UTF_8));
                MapValue token = Json.decodeMap(json);
                String start = token.string("start");
                int slash = start.indexOf('/');
                if (token.string("v").equals("meta.k8s.io/v1")
                        && slash >= 0
                        && token.get("rv") instanceof Long revision
                        && token.get("seen") instanceof Long seen) {
                    return new Token(revision, start.substring(0, slash), start.substring(slash + 1), seen);
                }
                if (!token.string("v").equals("meta.k8s.io/v1")) {
                    throw StatusException.badRequest(
                            "invalid continue token: continue key is not valid: server does not recognize this encoded"
                                    + " version " + token.string("v"));
                }
            } catch (DecodeException | IllegalArgumentException e) {
                throw StatusException.badRequest(
                        "invalid continue token: continue key is not valid: " + e.getMessage());
            }
            throw StatusException.badRequest("invalid continue token: continue key is not valid");
        }
    }
}
