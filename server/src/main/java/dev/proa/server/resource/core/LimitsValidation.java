package dev.proa.server.resource.core;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import dev.proa.server.validation.Errors;
import dev.proa.server.validation.Fields;
import dev.proa.server.validation.Formats;
import dev.proa.server.validation.Path;
import dev.proa.server.validation.ResourceNames;
import dev.proa.server.validation.Values;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates limit ranges and resource quotas. */
final class LimitsValidation {
    private static final Set<String> COMPUTE =
            Set.of("cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory");

    private LimitsValidation() {}

    static void limitRange(MapValue range, @Nullable MapValue old, Errors errors) {
        Set<String> types = new HashSet<>();
        Fields.of(range, "spec", errors).each("limits", limit -> {
            String type = limit.text("type");
            List<String> wrong = Formats.qualifiedName(type);
            errors.invalid(limit.at("type"), type, wrong);
            if (wrong.isEmpty() && type.indexOf('/') < 0 && !isStandardType(type)) {
                limit.invalid("type", "must be a standard limit type or fully qualified");
            }
            if (!types.add(type)) {
                errors.duplicate(limit.at("type"), type);
            }
            Set<String> names = new LinkedHashSet<>();
            for (String list : new String[] {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"}) {
                if (type.equals("Pod") && list.startsWith("default")) {
                    if (!limit.map.map(list).isEmpty()) {
                        limit.forbidden(list, "may not be specified when `type` is 'Pod'");
                    }
                } else {
                    names(limit, list, type, names);
                }
            }
            if (type.equals("PersistentVolumeClaim")
                    && !limit.map.map("min").has("storage")
                    && !limit.map.map("max").has("storage")) {
                errors.required(
                        limit.at("limits"),
                        "either minimum or maximum storage value is required, but neither was provided");
            }
            names.forEach(name -> bounds(limit, name, type.equals("Pod")));
        });
    }

    private static boolean isStandardType(String type) {
        return type.equals("Pod") || type.equals("Container") || type.equals("PersistentVolumeClaim");
    }

    private static void names(Fields limit, String list, String type, Set<String> names) {
        for (Map.Entry<String, @Nullable Object> entry : limit.map.map(list)) {
            Path path = limit.at(list).key(entry.getKey());
            if (type.equals("Pod") || type.equals("Container")) {
                ResourceNames.container(entry.getKey(), path, limit.errors);
            } else {
                ResourceNames.qualified(entry.getKey(), path, limit.errors);
            }
            names.add(entry.getKey());
        }
    }

    private static @Nullable Quantity quantity(Fields limit, String list, String name) {
        return Values.quantity(limit.map.map(list).get(name));
    }

    private static void bounds(Fields limit, String name, boolean pod) {
        Quantity min = quantity(limit, "min", name);
        Quantity max = quantity(limit, "max", name);
        Quantity usual = pod ? null : quantity(limit, "default", name);
        Quantity request = pod ? null : quantity(limit, "defaultRequest", name);
        greater(limit, "min", name, min, "min", max, "max", min);
        greater(limit, "defaultRequest", name, min, "min", request, "default request", request);
        greater(limit, "defaultRequest", name, request, "default request", max, "max", request);
        greater(limit, "defaultRequest", name, request, "default request", usual, "default limit", request);
        greater(limit, "default", name, min, "min", usual, "default", min);
        greater(limit, "default", name, usual, "default", max, "max", max);
        ratio(limit, name, min, max);
        boolean overcommit = ResourceNames.isNative(name) && !name.startsWith("hugepages-");
        if (!overcommit && usual != null && request != null && usual.compareTo(request) != 0) {
            limit.errors.invalid(
                    limit.at("defaultRequest").key(name),
                    request.toString(),
                    "default value " + usual + " must equal to defaultRequest value " + request + " in " + name);
        }
    }

    /** One of two bounds must not be greater than the other. */
    private static void greater(
            Fields limit,
            String list,
            String name,
            @Nullable Quantity less,
            String lessName,
            @Nullable Quantity more,
            String moreName,
            @Nullable Quantity shown) {
        if (less != null && more != null && less.compareTo(more) > 0) {
            limit.errors.invalid(
                    limit.at(list).key(name),
                    String.valueOf(shown),
                    lessName + " value " + less + " is greater than " + moreName + " value " + more);
        }
    }

    private static void ratio(Fields limit, String name, @Nullable Quantity min, @Nullable Quantity max) {
        Quantity ratio = quantity(limit, "maxLimitRequestRatio", name);
        if (ratio == null) {
            return;
        }
        Path path = limit.at("maxLimitRequestRatio").key(name);
        if (ratio.amount().compareTo(BigDecimal.ONE) < 0) {
            limit.errors.invalid(path, ratio.toString(), "ratio " + ratio + " is less than 1");
        }
        if (min != null && max != null) {
            double most = max.amount().doubleValue() / min.amount().doubleValue();
            if (ratio.amount().doubleValue() > most) {
                String shown = Double.isInfinite(most) ? "+Inf" : String.format(java.util.Locale.ROOT, "%f", most);
                limit.errors.invalid(path, ratio.toString(), "ratio " + ratio + " is greater than max/min = " + shown);
            }
        }
    }

    static void quota(MapValue quota, @Nullable MapValue old, Errors errors) {
        Fields spec = Fields.of(quota, "spec", errors);
        for (Map.Entry<String, @Nullable Object> entry : spec.map.map("hard")) {
            String name = entry.getKey();
            Path path = spec.at("hard").key(name);
            ResourceNames.qualified(name, path, errors);
            if (name.indexOf('/') < 0 && !isQuota(name)) {
                errors.invalid(path, name, "must be a standard resource for quota");
            }
            Quantity quantity = Values.quantity(entry.getValue());
            if (quantity != null && quantity.signum() < 0) {
                errors.invalid(path, quantity.toString(), "must be greater than or equal to 0");
            }
            if (quantity != null && ResourceNames.isInteger(name) && !ResourceNames.isWhole(quantity)) {
                errors.invalid(path, quantity.toString(), "must be an integer");
            }
        }
        ListValue scopes = spec.map.list("scopes");
        for (Object scope : scopes) {
            scope(spec, String.valueOf(scope), scopes, spec.at("scopes"), spec.at("scopes"));
        }
        conflicting(scopes.stream().map(String::valueOf).toList(), spec.at("scopes"), errors);
        spec.in("scopeSelector", selector -> selector(spec, selector));
        if (old != null) {
            Set<Object> before =
                    new HashSet<>(old.map("spec").list("scopes").stream().toList());
            if (!before.equals(new HashSet<>(scopes.stream().toList()))) {
                spec.invalid("scopes", "field is immutable");
            }
            spec.immutable("scopeSelector", old.map("spec"));
        }
    }

    private static boolean isQuota(String name) {
        return ResourceNames.isStandard(name) && !name.equals("storage") && !name.startsWith("hugepages-")
                || name.startsWith("hugepages-");
    }

    /** @param shown what is shown of a scope that is none */
    private static void scope(Fields spec, String scope, Object shown, Path namePath, Path path) {
        boolean known = switch (scope) {
            case "Terminating",
                    "NotTerminating",
                    "BestEffort",
                    "NotBestEffort",
                    "PriorityClass",
                    "CrossNamespacePodAffinity",
                    "VolumeAttributesClass" -> true;
            default -> false;
        };
        if (!known) {
            spec.errors.invalid(namePath, shown, "unsupported scope");
        }
        for (Map.Entry<String, @Nullable Object> entry : spec.map.map("hard")) {
            String name = entry.getKey();
            if (isQuota(name) && known && !applies(scope, name)) {
                spec.errors.invalid(path, MapValue.EMPTY, "unsupported scope applied to resource");
            }
        }
    }

    private static boolean applies(String scope, String name) {
        return switch (scope) {
            case "BestEffort" -> name.equals("pods");
            case "VolumeAttributesClass" -> name.equals("persistentvolumeclaims") || name.equals("requests.storage");
            default -> name.equals("pods") || COMPUTE.contains(name);
        };
    }

    private static void conflicting(List<String> scopes, Path path, Errors errors) {
        for (String scope : new String[] {"BestEffort", "Terminating"}) {
            if (scopes.contains(scope) && scopes.contains("Not" + scope)) {
                errors.invalid(path, MapValue.EMPTY, "conflicting scopes");
            }
        }
    }

    private static void selector(Fields spec, Fields selector) {
        // Kubernetes leaves the index out of these paths.
        Path path = selector.at("matchExpressions");
        List<String> scopes = new java.util.ArrayList<>();
        selector.each("matchExpressions", expression -> {
            String scope = expression.text("scopeName");
            scopes.add(scope);
            scope(spec, scope, scope, path.child("scopeName"), path);
            String operator = expression.text("operator");
            boolean exists = operator.equals("Exists");
            if (!exists
                    && !scope.equals("PriorityClass")
                    && !scope.equals("VolumeAttributesClass")
                    && applies(scope, "pods")
                    && isPodScope(scope)) {
                expression.errors.invalid(
                        path.child("operator"),
                        operator,
                        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating,"
                                + " ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or"
                                + " ResourceQuotaScopeCrossNamespacePodAffinity");
            }
            ListValue values = expression.map.list("values");
            switch (operator) {
                case "In", "NotIn" -> {
                    if (values.isEmpty()) {
                        expression.errors.required(
                                path.child("values"),
                                "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (!values.isEmpty()) {
                        expression.errors.invalid(
                                path.child("values"),
                                values,
                                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                    }
                }
                default -> expression.errors.invalid(path.child("operator"), operator, "not a valid selector operator");
            }
        });
        conflicting(scopes, path, selector.errors);
    }

    private static boolean isPodScope(String scope) {
        return switch (scope) {
            case "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "CrossNamespacePodAffinity" -> true;
            default -> false;
        };
    }
}
