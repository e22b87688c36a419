package dev.proa.server.admission;

import dev.proa.api.quota.Amounts;
import dev.proa.api.status.Resource;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds objects against one LimitRange. Pure; for one object. */
final class LimitCheck {
    /** Above it thousandths do not fit a number of 64 bits. */
    private static final long MOST_MILLI = Long.MAX_VALUE / 1000;

    private static final double MILLI = 1000;

    private final MapValue range;
    private final Set<String> problems = new LinkedHashSet<>();

    LimitCheck(MapValue range) {
        this.range = range;
    }

    /** Why a pod or a claim is outside of the range, each once. */
    List<String> problems(Resource resource, MapValue object) {
        ListValue limits = range.map("spec").list("limits");
        for (int i = 0; i < limits.size(); i++) {
            MapValue limit = limits.map(i);
            String type = limit.string("type");
            if (resource.name().equals("pods")) {
                checkPod(type, limit, object.map("spec"));
            } else if (type.equals("PersistentVolumeClaim")) {
                checkClaim(
                        type,
                        limit,
                        Amounts.of(object.map("spec").map("resources").map("requests")));
            }
        }
        return new ArrayList<>(problems);
    }

    private void checkPod(String type, MapValue limit, MapValue spec) {
        if (type.equals("Container")) {
            for (String list : List.of("containers", "initContainers")) {
                ListValue containers = spec.list(list);
                for (int i = 0; i < containers.size(); i++) {
                    MapValue resources = containers.map(i).map("resources");
                    check(type, limit, Amounts.of(resources.map("requests")), Amounts.of(resources.map("limits")));
                }
            }
        } else if (type.equals("Pod")) {
            check(type, limit, LimitRanger.ofPod(spec, "requests"), LimitRanger.ofPod(spec, "limits"));
        }
    }

    private void check(String type, MapValue limit, Map<String, Quantity> requests, Map<String, Quantity> limits) {
        Amounts.of(limit.map("min"))
                .forEach((name, bound) -> least(new Bound(type, name, bound), requests.get(name), limits.get(name)));
        Amounts.of(limit.map("max"))
                .forEach((name, bound) -> most(new Bound(type, name, bound), requests.get(name), limits.get(name)));
        Amounts.of(limit.map("maxLimitRequestRatio"))
                .forEach((name, bound) -> ratio(new Bound(type, name, bound), requests.get(name), limits.get(name)));
    }

    private void checkClaim(String type, MapValue limit, Map<String, Quantity> requests) {
        Amounts.of(limit.map("min"))
                .forEach((name, bound) -> least(new Bound(type, name, bound), requests.get(name), null));
        Amounts.of(limit.map("max")).forEach((name, amount) -> {
            Bound bound = new Bound(type, name, amount);
            Quantity request = requests.get(name);
            if (request == null) {
                problems.add(bound.text("maximum") + ".  No request is specified");
            } else if (bound.isExceededBy(request, null, request)) {
                problems.add(bound.text("maximum") + ", but request is " + request);
            }
        });
    }

    /** A limit of an amount, and what errors say of it. */
    private record Bound(String type, String resource, Quantity amount) {
        String text(String which) {
            return which + " " + resource + " usage per " + type + " is " + amount;
        }

        /** Whether thousandths of all amounts fit a number of 64 bits; else whole units are compared. */
        private boolean isFine(@Nullable Quantity request, @Nullable Quantity limit) {
            return value(request) <= MOST_MILLI && value(limit) <= MOST_MILLI && amount.value() <= MOST_MILLI;
        }

        long compare(@Nullable Quantity request, @Nullable Quantity limit, Quantity observed) {
            return isFine(request, limit)
                    ? Long.compare(observed.milliValue(), amount.milliValue())
                    : Long.compare(observed.value(), amount.value());
        }

        boolean isExceededBy(@Nullable Quantity request, @Nullable Quantity limit, Quantity observed) {
            return compare(request, limit, observed) > 0;
        }

        boolean isMissedBy(@Nullable Quantity request, @Nullable Quantity limit, Quantity observed) {
            return compare(request, limit, observed) < 0;
        }
    }

    private static long value(@Nullable Quantity amount) {
        return amount == null ? 0 : amount.value();
    }

    private void least(Bound bound, @Nullable Quantity request, @Nullable Quantity limit) {
        if (request == null) {
            problems.add(bound.text("minimum") + ".  No request is specified");
        } else if (bound.isMissedBy(request, limit, request)) {
            problems.add(bound.text("minimum") + ", but request is " + request);
        } else if (limit != null && bound.isMissedBy(request, limit, limit)) {
            problems.add(bound.text("minimum") + ", but limit is " + limit);
        }
    }

    private void most(Bound bound, @Nullable Quantity request, @Nullable Quantity limit) {
        if (limit == null) {
            problems.add(bound.text("maximum") + ".  No limit is specified");
        } else if (bound.isExceededBy(request, limit, limit)) {
            problems.add(bound.text("maximum") + ", but limit is " + limit);
        } else if (request != null && bound.isExceededBy(request, limit, request)) {
            problems.add(bound.text("maximum") + ", but request is " + request);
        }
    }

    private void ratio(Bound bound, @Nullable Quantity request, @Nullable Quantity limit) {
        String rule = bound.resource() + " max limit to request ratio per " + bound.type() + " is " + bound.amount();
        if (request == null || request.isZero()) {
            problems.add(rule + ", but no request is specified or request is 0");
        } else if (limit == null || limit.isZero()) {
            problems.add(rule + ", but no limit is specified or limit is 0");
        } else {
            boolean fine = bound.isFine(request, limit);
            double observed = fine
                    ? (double) limit.milliValue() / request.milliValue()
                    : (double) limit.value() / request.value();
            boolean exact = bound.amount().value() <= MOST_MILLI;
            double most = exact ? bound.amount().milliValue() : bound.amount().value();
            if ((exact ? observed * MILLI : observed) > most) {
                problems.add(rule + ", but provided ratio is " + String.format(Locale.ROOT, "%f", observed));
            }
        }
    }
}
