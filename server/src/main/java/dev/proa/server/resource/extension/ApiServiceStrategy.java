package dev.proa.server.resource.extension;

import static dev.proa.server.strategy.ResourceStrategy.Spec.cluster;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.NameRule;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The strategy of API services. One without a service is served by this server, and available from the start. */
public final class ApiServiceStrategy extends ResourceStrategy {
    private static final List<String> STATES = List.of("True", "False", "Unknown");

    ApiServiceStrategy() {
        super(cluster("apiregistration.k8s.io", "apiservices")
                .names(NameRule.PATH_SEGMENT)
                .status()
                .conditionalUpdate()
                .defaults(ExtensionDefaults::apiService)
                .validate(ApiServiceValidation::check)
                .validateStatus(ApiServiceStrategy::checkStatus));
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        MapValue prepared = super.prepareForCreate(object, context);
        return prepared.map("spec").has("service")
                ? prepared
                : prepared.with("status", MapValue.of("conditions", ListValue.of(local(context.now()))));
    }

    /** The condition of one that this server serves itself. */
    public static MapValue local(Instant now) {
        return MapValue.of(
                "type",
                "Available",
                "status",
                "True",
                "lastTransitionTime",
                Times.format(now),
                "reason",
                "Local",
                "message",
                "Local APIServices are always available");
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        MapValue prepared = super.prepareForUpdate(subresource, updated, old);
        if (!subresource.equals("status")) {
            return prepared;
        }
        MapValue before = old.map("metadata");
        return prepared.withMap("metadata", metadata -> {
            MapValue kept = metadata;
            for (String name : List.of("labels", "annotations", "finalizers", "ownerReferences")) {
                kept = Values.keep(kept, name, before);
            }
            return kept;
        });
    }

    private static void checkStatus(MapValue service, @Nullable MapValue old, Errors errors) {
        ListValue conditions = service.map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            String status = conditions.map(i).string("status");
            if (!STATES.contains(status)) {
                errors.notSupported(
                        Path.of("status").child("conditions").index(i).child("status"),
                        status,
                        "True",
                        "False",
                        "Unknown");
            }
        }
    }
}
