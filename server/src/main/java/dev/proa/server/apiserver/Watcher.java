package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.server.catalog.ServedApis;
import dev.proa.server.flowcontrol.FlowControl;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import dev.proa.server.store.Watch;
import dev.proa.server.store.WatchFilter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Iterator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The verb watch: what is there now, if it is asked for, and then every change.
 *
 * <p>What a request gets depends on its resource version: unset and {@code "0"} begin with an ADDED event for each present object;
 * any other begins after that revision, which may be one to come. {@code sendInitialEvents} ends the former with a marked bookmark (KEP-3157).
 */
final class Watcher {
    /**
     * A watch without a timeout ends after a random time between this and twice this, so that watches spread over
     * servers and time.
     */
    private static final Duration SHORTEST = Duration.ofMinutes(30);

    private final Store store;
    private final CustomWatches custom;
    private final ResourceVersionWaiter waiter;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final FlowControl flowControl;

    /** @param flowControl is told of each watch, since they make writes cost more */
    Watcher(
            Store store,
            ServedApis apis,
            ResourceVersionWaiter waiter,
            InstantSource clock,
            RandomGenerator random,
            FlowControl flowControl) {
        this.flowControl = flowControl;
        this.store = store;
        this.custom = new CustomWatches(apis);
        this.waiter = waiter;
        this.clock = clock;
        this.random = random;
    }

    ApiResponse watch(Call call) {
        Selection selection = Selection.of(call);
        ListOptions options = ListOptions.of(call, true);
        Long seconds = options.timeoutSeconds();
        Duration timeout = seconds != null && seconds > 0
                ? Duration.ofSeconds(seconds)
                : SHORTEST.plusMillis(random.nextLong(SHORTEST.toMillis()));
        WatchStream.Settings settings = new WatchStream.Settings(
                call.endpoint,
                selection,
                options.bookmarks(),
                clock.instant().plus(timeout),
                options.sendInitialEvents() ? 0 : Math.max(0, options.revision()));
        WatchStream stream = custom.add(call.endpoint, open(call, settings, options));
        stream.onClose(flowControl.watchBegins(call.info.group(), call.info.resource(), call.info.namespace()));
        return new ApiResponse(200, new ApiResponse.Events(stream), call.warnings());
    }

    private WatchStream open(Call call, WatchStream.Settings settings, ListOptions options) {
        String resource = call.endpoint.strategy().storageResource();
        String namespace =
                call.info.namespace().isEmpty() || !call.endpoint.namespaced() ? null : call.info.namespace();
        boolean fromNow = options.revision() <= 0 || options.sendInitialEvents();
        try {
            if (!fromNow) {
                long now = Math.min(options.revision(), store.revision()); // until then it tells nothing
                Watch watch = store.watch(resource, namespace, filter(settings), now);
                return new WatchStream(settings, clock, watch, Collections.emptyIterator());
            }
            waiter.await(call, options.revision());
            Snapshot snapshot = store.snapshot();
            Watch watch = store.watch(resource, namespace, filter(settings), snapshot.revision());
            if (call.query().has("sendInitialEvents") && !options.sendInitialEvents()) {
                return new WatchStream(settings, clock, watch, Collections.emptyIterator());
            }
            return new WatchStream(settings, clock, watch, initial(snapshot, settings, options, resource, namespace));
        } catch (Store.CompactedException e) {
            return WatchStream.failed(
                    settings,
                    clock,
                    StatusException.expired(
                            "too old resource version: " + options.revision() + " (" + e.compactedRevision() + ")"));
        } catch (StatusException e) {
            return WatchStream.failed(settings, clock, e);
        }
    }

    /** Which changes the stream looks at: where they are selected by what is read, all of them. */
    private static WatchFilter filter(WatchStream.Settings settings) {
        return settings.readsByCalls() ? WatchFilter.ALL : settings.selection();
    }

    /** Made one by one as they are read. */
    private static Iterator<WatchStream.Event> initial(
            Snapshot snapshot,
            WatchStream.Settings settings,
            ListOptions options,
            String resource,
            @Nullable String namespace) {
        Selection selection = settings.selection();
        Iterable<StoredObject> stored = snapshot.list(resource, namespace, null);
        Stream<StoredObject> versioned;
        if (settings.readsByCalls()) {
            Iterable<StoredObject> read = () -> new ReadObjects(stored, settings.endpoint(), selection, 0);
            versioned = StreamSupport.stream(read.spliterator(), false);
        } else {
            versioned = StreamSupport.stream(stored.spliterator(), false)
                    .filter(object -> selection.isEverything() || selection.matches(object.value()))
                    .map(object -> settings.endpoint().inVersion(object));
        }
        Stream<WatchStream.Event> present =
                versioned.map(object -> new WatchStream.Event("ADDED", object.value(), object));
        Stream<WatchStream.Event> end = options.sendInitialEvents() && options.bookmarks()
                ? Stream.of(settings.bookmark(snapshot.revision(), true))
                : Stream.empty();
        return Stream.concat(present, end).iterator();
    }
}
