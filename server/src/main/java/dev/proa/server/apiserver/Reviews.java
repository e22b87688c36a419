package dev.proa.server.apiserver;

import dev.proa.api.resource.ResourceType;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.auth.UserInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Serves review resources ({@code authentication.k8s.io}, {@code authorization.k8s.io}): they are created, answered
 * in their status, and never stored.
 */
final class Reviews {
    private static final Set<String> PLURALS = Set.of(
            "tokenreviews",
            "selfsubjectreviews",
            "subjectaccessreviews",
            "localsubjectaccessreviews",
            "selfsubjectaccessreviews",
            "selfsubjectrulesreviews");

    private final AdmissionStage admission;
    private final AccessReviews access;
    private final ObjectDecoder decoder;
    private final TokenReviews tokens;

    Reviews(AdmissionStage admission, AccessReviews access, ObjectDecoder decoder, TokenReviews tokens) {
        this.admission = admission;
        this.access = access;
        this.decoder = decoder;
        this.tokens = tokens;
    }

    static boolean isReview(ResourceType type) {
        return PLURALS.contains(type.plural()) && type.group().startsWith("auth");
    }

    ApiResponse answer(Call call) {
        MapValue decoded = decoder.decode(call);
        MapValue review =
                admission.admit(admission.create(call, decoded.map("metadata").string("name"), decoded));
        MapValue spec = review.map("spec");
        MapValue status = switch (call.endpoint.plural()) {
            case "tokenreviews" -> tokens.status(spec);
            case "selfsubjectreviews" ->
                MapValue.of("userInfo", call.request.user().toValue());
            case "selfsubjectaccessreviews" -> access(call, review, call.request.user());
            case "selfsubjectrulesreviews" -> rules(call, spec);
            default -> access(call, review, subject(spec));
        };
        MapValue metadata = review.map("metadata");
        if (call.endpoint.plural().startsWith("self")) {
            metadata = metadata.with("creationTimestamp", Times.format(call.now));
        }
        return call.answer(201, review.with("metadata", metadata).with("status", status));
    }

    private MapValue access(Call call, MapValue review, UserInfo user) {
        return access.status(call, review, user);
    }

    private static UserInfo subject(MapValue spec) {
        String name = spec.string("user");
        List<String> groups = strings(spec.list("groups"));
        Map<String, List<String>> extra = new TreeMap<>();
        spec.map("extra").forEach(entry -> {
            if (entry.getValue() instanceof ListValue values) {
                extra.put(entry.getKey(), strings(values));
            }
        });
        return new UserInfo(name, spec.string("uid"), groups, extra);
    }

    private MapValue rules(Call call, MapValue spec) {
        return access.rules(call.request.user(), spec);
    }

    static List<String> strings(ListValue list) {
        List<String> strings = new ArrayList<>(list.size());
        for (Object item : list) {
            if (item instanceof String text) {
                strings.add(text);
            }
        }
        return strings;
    }
}
