package dev.proa.server.apiserver;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.status.FieldError;
import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.catalog.ApiCatalog;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of a delete ({@code meta.k8s.io/v1 DeleteOptions}), from the body or else from the query.
 *
 * @param gracePeriod in seconds; null for the resource's own
 * @param uid the object must have it; empty for any
 * @param resourceVersion the object must be at it; empty for any
 * @param propagation Foreground, Background or Orphan; empty when the request does not say
 */
record DeleteOptions(
        @Nullable Long gracePeriod, String uid, String resourceVersion, String propagation, boolean dryRun) {
    private static final SchemaCheck CHECK = new SchemaCheck();
    private static final Resource KIND = new Resource("meta.k8s.io", "DeleteOptions");

    static DeleteOptions of(Call call) {
        MapValue body = body(call);
        return body.isEmpty() ? ofQuery(call) : of(body, call.dryRun());
    }

    /** These options for an object at a resource version alone. */
    DeleteOptions at(String version) {
        return new DeleteOptions(gracePeriod, uid, version, propagation, dryRun);
    }

    /** These options as an object of kind DeleteOptions. */
    MapValue value() {
        MapValue.Builder options =
                MapValue.builder().put("apiVersion", "meta.k8s.io/v1").put("kind", "DeleteOptions");
        options.putIfPresent("dryRun", dryRun ? ListValue.of("All") : null);
        options.putIfPresent("gracePeriodSeconds", gracePeriod);
        if (!uid.isEmpty() || !resourceVersion.isEmpty()) {
            MapValue.Builder preconditions = MapValue.builder(2);
            preconditions.putIfPresent("resourceVersion", resourceVersion.isEmpty() ? null : resourceVersion);
            preconditions.putIfPresent("uid", uid.isEmpty() ? null : uid);
            options.put("preconditions", preconditions.build());
        }
        options.putIfPresent("propagationPolicy", propagation.isEmpty() ? null : propagation);
        return options.build();
    }

    /** From an object of kind DeleteOptions. */
    static DeleteOptions of(MapValue options, boolean dryRun) {
        List<FieldError> errors = new ArrayList<>(0);
        ObjectDecoder.checkDryRun(List.copyOf(options.list("dryRun")), errors);
        if (!errors.isEmpty()) {
            throw StatusException.invalid(KIND, "", errors);
        }
        MapValue preconditions = options.map("preconditions");
        Boolean orphan = options.get("orphanDependents") instanceof Boolean value ? value : null;
        return checked(
                options.get("gracePeriodSeconds") instanceof Long seconds ? seconds : null,
                preconditions.string("uid"),
                preconditions.string("resourceVersion"),
                options.string("propagationPolicy"),
                orphan,
                dryRun || !options.list("dryRun").isEmpty());
    }

    private static DeleteOptions ofQuery(Call call) {
        Query query = call.query();
        Boolean orphan = query.has("orphanDependents") ? query.flag("orphanDependents") : null;
        return checked(
                query.number("gracePeriodSeconds"), "", "", query.get("propagationPolicy"), orphan, call.dryRun());
    }

    private static MapValue body(Call call) {
        if (call.request.body().isEmpty()) {
            return MapValue.EMPTY;
        }
        try {
            Object value = Decoding.of(call.request, () -> Bodies.read(call, "v1", "DeleteOptions", null));
            if (value == null) {
                return MapValue.EMPTY;
            }
            if (value instanceof MapValue map) {
                MapValue options = checked(map, call.catalog);
                call.requested(
                        options.with("apiVersion", "meta.k8s.io/__internal").with("kind", "DeleteOptions"));
                return options;
            }
        } catch (DecodeException e) {
            throw StatusException.badRequest(String.valueOf(e.getMessage()));
        }
        throw StatusException.badRequest("couldn't get version/kind; json parse error: the body is not an object");
    }

    private static MapValue checked(MapValue options, ApiCatalog catalog) {
        String kind = options.string("kind");
        if (!kind.isEmpty() && !kind.equals("DeleteOptions")) {
            throw StatusException.badRequest("no kind " + GoText.quote(kind) + " is registered for version "
                    + GoText.quote(options.string("apiVersion")) + " in scheme \"pkg/runtime/scheme.go:111\"");
        }
        try {
            return CHECK.check(catalog.schemas(), "v1", "DeleteOptions", options, new ArrayList<>(0));
        } catch (DecodeException e) {
            throw StatusException.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static DeleteOptions checked(
            @Nullable Long grace,
            String uid,
            String resourceVersion,
            String policy,
            @Nullable Boolean orphan,
            boolean dryRun) {
        List<FieldError> errors = new ArrayList<>();
        if (!policy.isEmpty() && orphan != null) {
            errors.add(FieldError.invalid(
                    "propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set"));
        }
        switch (policy) {
            case "", "Foreground", "Background", "Orphan" -> {}
            default ->
                errors.add(FieldError.notSupported(
                        "propagationPolicy", policy, List.of("Foreground", "Background", "Orphan", "nil")));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid(KIND, "", errors);
        }
        String propagation = orphan == null ? policy : orphan ? "Orphan" : "Background";
        return new DeleteOptions(
                grace != null && grace < 0 ? Long.valueOf(1) : grace, uid, resourceVersion, propagation, dryRun);
    }
}
