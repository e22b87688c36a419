package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.store.StoredObject;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Transforms a response into what its client accepts: the objects themselves, a table of them, or their metadata. */
final class ResponseTransformer {
    private final InstantSource clock;

    ResponseTransformer(InstantSource clock) {
        this.clock = clock;
    }

    ApiResponse transform(Call call, Output output, ApiResponse response) {
        if (output.shape() == Output.Shape.OBJECT) {
            return response;
        }
        return switch (response.body()) {
            case ApiResponse.One one when isStatus(one.value()) -> response;
            case ApiResponse.One one -> {
                MapValue transformed = output.shape() == Output.Shape.METADATA
                        ? partial(one.value(), output.shapeVersion())
                        : table(call, output, List.of(one.value()), listMetadata(one.value()), false);
                yield response.withBody(new ApiResponse.One(transformed, null));
            }
            case ApiResponse.Many many -> response.withBody(new ApiResponse.One(many(call, output, many), null));
            case ApiResponse.Events events -> {
                if (output.shape() == Output.Shape.TABLE) {
                    check(call, events.stream());
                }
                events.stream().transformedBy(new EventTransformer(call, output));
                yield response;
            }
            default -> response;
        };
    }

    /** Of a watch it has to be known before its head is sent. */
    private static void check(Call call, WatchStream stream) {
        try {
            Tables.check(call);
        } catch (StatusException e) {
            stream.close();
            throw e;
        }
    }

    private static boolean isStatus(MapValue value) {
        return value.string("kind").equals("Status")
                && value.string("apiVersion").equals("v1");
    }

    private MapValue many(Call call, Output output, ApiResponse.Many many) {
        List<MapValue> values = new ArrayList<>(many.items().size());
        for (StoredObject object : many.items()) {
            values.add(
                    output.shape() == Output.Shape.METADATA
                            ? partial(object.value(), output.shapeVersion())
                            : object.value());
        }
        return output.shape() == Output.Shape.METADATA
                ? MapValue.of(
                        "apiVersion",
                        "meta.k8s.io/" + output.shapeVersion(),
                        "items",
                        ListValue.copyOf(values),
                        "kind",
                        "PartialObjectMetadataList",
                        "metadata",
                        many.metadata())
                : table(call, output, values, many.metadata(), false);
    }

    /** The metadata of a table of a single object. */
    private static MapValue listMetadata(MapValue object) {
        return MapValue.of("resourceVersion", object.map("metadata").string("resourceVersion"));
    }

    static MapValue partial(MapValue object, String version) {
        return MapValue.of(
                "apiVersion",
                "meta.k8s.io/" + version,
                "kind",
                "PartialObjectMetadata",
                "metadata",
                object.map("metadata"));
    }

    private MapValue table(
            Call call, Output output, List<MapValue> objects, MapValue metadata, boolean withoutColumns) {
        return Tables.table(call, output, objects, metadata, withoutColumns, clock.instant());
    }

    /** Transforms the events of one watch: a table's columns come with the first event only. */
    final class EventTransformer {
        private final Call call;
        private final Output output;
        private boolean columnsSent;

        private EventTransformer(Call call, Output output) {
            this.call = call;
            this.output = output;
        }

        WatchStream.Event apply(WatchStream.Event event) {
            if (event.type().equals("ERROR")) {
                return event;
            }
            if (output.shape() == Output.Shape.METADATA) {
                return new WatchStream.Event(event.type(), partial(event.object(), output.shapeVersion()), null);
            }
            boolean bookmark = event.type().equals("BOOKMARK");
            MapValue table =
                    table(call, output, List.of(event.object()), listMetadata(event.object()), columnsSent || bookmark);
            columnsSent |= !bookmark;
            return new WatchStream.Event(event.type(), table, null);
        }
    }
}
