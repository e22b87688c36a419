package dev.proa.server.resource.access;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.server.strategy.RequestContext;
import dev.proa.server.strategy.ResourceStrategy;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.Values;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Certificate signing requests ({@code certificates.k8s.io/v1}): the spec never changes and records the user. Only
 * {@code approval} writes approval conditions, only {@code status} the certificate.
 */
final class SigningRequestStrategy extends ResourceStrategy {
    private static final Path CONDITIONS = Path.of("status").child("conditions");
    private static final List<String> APPROVAL = List.of("Approved", "Denied");
    private static final List<String> LASTING = List.of("Approved", "Denied", "Failed");

    private final InstantSource clock;

    SigningRequestStrategy(Spec spec, InstantSource clock) {
        super(spec);
        this.clock = clock;
    }

    @Override
    public MapValue prepareForCreate(MapValue object, RequestContext context) {
        MapValue prepared = super.prepareForCreate(object, context);
        return prepared.withMap(
                "spec",
                spec -> spec
                        .with("username", context.user())
                        .with("uid", context.uid())
                        .with("groups", ListValue.copyOf(context.groups()))
                        .without("extra")
                        .toBuilder()
                        .putIfPresent("extra", extra(context))
                        .build());
    }

    private static @Nullable MapValue extra(RequestContext context) {
        MapValue.Builder extra = MapValue.builder(context.extra().size());
        context.extra().forEach((name, values) -> extra.put(name, ListValue.copyOf(values)));
        MapValue all = extra.build();
        return all.isEmpty() ? null : all;
    }

    @Override
    public MapValue prepareForUpdate(String subresource, MapValue updated, MapValue old) {
        MapValue prepared = Values.keep(updated, "spec", old);
        MapValue before = old.map("status");
        ListValue conditions = updated.map("status").list("conditions");
        return switch (subresource) {
            case "approval" -> prepared.with("status", before.with("conditions", dated(conditions, before)));
            case "status" ->
                super.prepareForUpdate(subresource, prepared, old)
                        .withMap(
                                "status",
                                status -> status.with(
                                        "conditions",
                                        dated(keepingApproval(conditions, before.list("conditions")), before)));
            default -> super.prepareForUpdate(subresource, prepared, old);
        };
    }

    /** Keeps an approval or denial that is written again as it was; validation rejects adding or removing one. */
    private static ListValue keepingApproval(ListValue conditions, ListValue before) {
        return Values.each(conditions, condition -> {
            MapValue old = find(before, condition.string("type"));
            return old != null && APPROVAL.contains(condition.string("type")) ? old : condition;
        });
    }

    private static @Nullable MapValue find(ListValue conditions, String type) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.map(i).string("type").equals(type)) {
                return conditions.map(i);
            }
        }
        return null;
    }

    private ListValue dated(ListValue conditions, MapValue before) {
        String now = Times.format(clock.instant());
        return Values.each(conditions, condition -> {
            MapValue updated =
                    condition.get("lastUpdateTime") == null ? condition.with("lastUpdateTime", now) : condition;
            return updated.get("lastTransitionTime") == null
                    ? updated.with("lastTransitionTime", transition(updated, before.list("conditions"), now))
                    : updated;
        });
    }

    private static Object transition(MapValue condition, ListValue before, String now) {
        MapValue old = find(before, condition.string("type"));
        Object transition = old != null && old.string("status").equals(condition.string("status"))
                ? old.get("lastTransitionTime")
                : null;
        return transition == null ? now : transition;
    }

    @Override
    public List<FieldError> validateUpdate(String subresource, MapValue updated, MapValue old) {
        Errors errors = new Errors();
        super.validateUpdate(subresource, updated, old).forEach(errors::add);
        ListValue conditions = updated.map("status").list("conditions");
        ListValue before = old.map("status").list("conditions");
        boolean both = find(before, "Approved") != null && find(before, "Denied") != null;
        validate(conditions, both, errors);
        certificate(updated.map("status").string("certificate"), old.map("status"), errors);
        for (String type : LASTING) {
            if (count(conditions, type) < count(before, type)) {
                errors.forbidden(CONDITIONS, "updates may not remove a condition of type \"" + type + "\"");
            }
        }
        for (String type : APPROVAL) {
            if (!subresource.equals("approval") && count(conditions, type) > count(before, type)) {
                errors.forbidden(CONDITIONS, "updates may not add a condition of type \"" + type + "\"");
            }
        }
        return errors.toList();
    }

    private static void certificate(String certificate, MapValue old, Errors errors) {
        String before = old.string("certificate");
        if (certificate.equals(before)) {
            return;
        }
        SigningRequestValidation.certificate(certificate, errors);
        if (!before.isEmpty()) {
            errors.forbidden(
                    SigningRequestValidation.CERTIFICATE, "updates may not modify existing certificate content");
        }
    }

    private static long count(ListValue conditions, String type) {
        return conditions.stream()
                .filter(condition ->
                        condition instanceof MapValue map && map.string("type").equals(type))
                .count();
    }

    /** @param both whether a request that is both approved and denied is suffered, since it is stored so */
    private static void validate(ListValue conditions, boolean both, Errors errors) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < conditions.size(); i++) {
            Path path = CONDITIONS.index(i);
            String type = conditions.map(i).string("type");
            String status = conditions.map(i).string("status");
            if (type.isEmpty()) {
                errors.required(path.child("type"), "");
            }
            if (status.isEmpty()) {
                errors.required(path.child("status"), "");
            } else if (LASTING.contains(type)) {
                errors.oneOf(path.child("status"), status, "True");
            } else {
                errors.oneOf(path.child("status"), status, "False", "True", "Unknown");
            }
            if (!both
                    && (type.equals("Approved") && seen.contains("Denied")
                            || type.equals("Denied") && seen.contains("Approved"))) {
                errors.invalid(CONDITIONS, type, "Approved and Denied conditions are mutually exclusive");
            }
            if (!seen.add(type)) {
                errors.duplicate(path.child("type"), type);
            }
        }
    }
}
