package dev.proa.delivery.rollout;

import dev.proa.api.codec.GoDuration;
import dev.proa.api.core.v1.Service;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.IntOrString;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.argo.AnalysisTemplateRef;
import dev.proa.delivery.argo.AnalysisTemplateSpec;
import dev.proa.delivery.argo.AntiAffinity;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.CanaryStep;
import dev.proa.delivery.argo.CanaryStrategy;
import dev.proa.delivery.argo.HeaderRoutingMatch;
import dev.proa.delivery.argo.MergedTemplates;
import dev.proa.delivery.argo.PingPong;
import dev.proa.delivery.argo.Rollout;
import dev.proa.delivery.argo.RolloutAnalysis;
import dev.proa.delivery.argo.RolloutPause;
import dev.proa.delivery.argo.RolloutTrafficRouting;
import dev.proa.delivery.argo.StringMatch;
import dev.proa.delivery.traffic.TrafficRouterFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is wrong with a Rollout. Messages are Argo's where Argo has the same rule. */
final class Validation {
    private static final String STRATEGY = "spec.strategy";
    private static final List<String> FOREIGN_ROUTERS =
            List.of("istio", "nginx", "alb", "smi", "ambassador", "appMesh", "traefik", "apisix");

    private final Rollout rollout;
    private final Map<String, TrafficRouterFactory> routers;
    private final List<FieldError> errors = new ArrayList<>();

    private Validation(Rollout rollout, Map<String, TrafficRouterFactory> routers) {
        this.rollout = rollout;
        this.routers = routers;
    }

    /**
     * The errors of a Rollout, in the order of its fields.
     *
     * @param rollout with the template and selector of the workload that it refers to
     * @param routers by the name under which Rollouts ask for them
     */
    static List<FieldError> of(Rollout rollout, Map<String, TrafficRouterFactory> routers) {
        Validation validation = new Validation(rollout, routers);
        validation.spec();
        return List.copyOf(validation.errors);
    }

    /** The errors of the services that a Rollout names, of which {@code services} has those that are there. */
    static List<FieldError> ofServices(Rollout rollout, Map<String, Service> services) {
        List<FieldError> errors = new ArrayList<>();
        serviceFields(rollout).forEach((field, name) -> {
            Service service = services.get(name);
            if (service == null) {
                errors.add(FieldError.invalid(field, name, "service \"" + name + "\" not found"));
                return;
            }
            service.spec().selector().forEach((key, value) -> {
                boolean same = value.equals(
                        rollout.spec().template().metadata().labels().get(key));
                if (!key.equals(Argo.POD_TEMPLATE_HASH) && !same) {
                    errors.add(FieldError.invalid(
                            field, name, "Service \"" + name + "\" has unmatch label \"" + key + "\" in rollout"));
                }
            });
            String manager = service.annotations().getOrDefault(Argo.MANAGED_BY, rollout.name());
            if (!manager.equals(rollout.name())) {
                errors.add(FieldError.invalid(field, name, "Service \"" + name + "\" is managed by another Rollout"));
            }
        });
        return errors;
    }

    /** The errors of the analyses of a Rollout, of whose templates {@code templates} has those that are there. */
    static List<FieldError> ofTemplates(Rollout rollout, Map<String, AnalysisTemplateSpec> templates) {
        List<FieldError> errors = new ArrayList<>();
        for (RolloutAnalysis analysis : Templates.analyses(rollout)) {
            try {
                MergedTemplates.of(Templates.named(analysis.templates(), templates));
            } catch (IllegalArgumentException e) {
                errors.add(FieldError.invalid(
                        STRATEGY,
                        "templateNames: "
                                + analysis.templates().stream()
                                        .map(AnalysisTemplateRef::templateName)
                                        .toList(),
                        Objects.requireNonNull(e.getMessage())));
            }
        }
        return errors;
    }

    /** The names of the services that a Rollout names, by field. */
    static Map<String, String> serviceFields(Rollout rollout) {
        Map<String, String> fields = new LinkedHashMap<>();
        BlueGreenStrategy blueGreen = rollout.spec().strategy().blueGreen();
        CanaryStrategy canary = rollout.spec().strategy().canary();
        if (blueGreen != null) {
            fields.put(STRATEGY + ".blueGreen.activeService", blueGreen.activeService());
            fields.put(STRATEGY + ".blueGreen.previewService", blueGreen.previewService());
        } else if (canary != null) {
            fields.put(STRATEGY + ".canary.stableService", canary.stableService());
            fields.put(STRATEGY + ".canary.canaryService", canary.canaryService());
            PingPong pingPong = canary.pingPong();
            if (pingPong != null) {
                fields.put(STRATEGY + ".canary.pingPong.pingService", pingPong.pingService());
                fields.put(STRATEGY + ".canary.pingPong.pongService", pingPong.pongService());
            }
        }
        fields.values().removeIf(String::isEmpty);
        return fields;
    }

    private void spec() {
        var spec = rollout.spec();
        nonNegative("spec.replicas", spec.replicas());
        var selector = spec.selector();
        if (selector.value().isEmpty()) {
            errors.add(FieldError.required("spec.selector", "Rollout has missing field '.spec.selector'"));
        } else if (selector.matchLabels().isEmpty()
                && selector.matchExpressions().isEmpty()) {
            invalid("spec.selector", selector.value(), "empty selector is invalid for deployment");
        } else if (!LabelSelector.of(selector)
                .matches(spec.template().metadata().labels())) {
            invalid(
                    "spec.template.metadata.labels",
                    spec.template().value().map("metadata").map("labels"),
                    "`selector` does not match template `labels`");
        }
        if (spec.template().spec().containers().isEmpty()) {
            errors.add(FieldError.required("spec.template.spec.containers", ""));
        }
        nonNegative("spec.minReadySeconds", spec.minReadySeconds());
        nonNegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit());
        if (spec.progressDeadlineSeconds() <= spec.minReadySeconds()) {
            invalid(
                    "spec.progressDeadlineSeconds",
                    (long) spec.progressDeadlineSeconds(),
                    "must be greater than minReadySeconds");
        }
        strategy();
    }

    private void strategy() {
        BlueGreenStrategy blueGreen = rollout.spec().strategy().blueGreen();
        CanaryStrategy canary = rollout.spec().strategy().canary();
        if (blueGreen == null && canary == null) {
            errors.add(FieldError.required(
                    STRATEGY, "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'"));
        } else if (blueGreen != null && canary != null) {
            invalid(STRATEGY, "blueGreen: true canary: true", "Multiple Strategies can not be listed");
        } else if (blueGreen != null) {
            blueGreen(blueGreen);
        } else {
            canary(Objects.requireNonNull(canary));
        }
    }

    private void blueGreen(BlueGreenStrategy strategy) {
        String field = STRATEGY + ".blueGreen";
        if (strategy.activeService().equals(strategy.previewService())) {
            invalid(
                    field + ".activeService",
                    strategy.activeService(),
                    "This rollout uses the same service for the active and preview services, but two different services are required.");
        }
        Integer limit = strategy.scaleDownDelayRevisionLimit();
        if (limit != null && rollout.spec().revisionHistoryLimit() < limit) {
            invalid(
                    field + ".scaleDownDelayRevisionLimit",
                    (long) limit,
                    "This rollout's revision history limit can not be smaller than the rollout's scale down limit");
        }
        antiAffinity(field, strategy.antiAffinity());
    }

    private void canary(CanaryStrategy canary) {
        String field = STRATEGY + ".canary";
        if (isZero(canary.maxSurge()) && isZero(canary.maxUnavailable())) {
            invalid(field + ".maxSurge", "0", "MaxSurge and MaxUnavailable both can not be zero");
        }
        if (!canary.canaryService().isEmpty() && canary.canaryService().equals(canary.stableService())) {
            invalid(
                    field + ".stableService",
                    canary.stableService(),
                    "This rollout uses the same service for the stable and canary services, but two different services are required.");
        }
        pingPong(field, canary);
        RolloutTrafficRouting routing = canary.trafficRouting();
        if (routing == null) {
            if (canary.has("scaleDownDelaySeconds")) {
                invalid(
                        field + ".scaleDownDelaySeconds",
                        (long) canary.scaleDownDelaySeconds(),
                        "Canary scaleDownDelaySeconds can only be used with traffic routing");
            }
            if (canary.dynamicStableScale()) {
                invalid(
                        field + ".dynamicStableScale",
                        true,
                        "Canary dynamicStableScale can only be used with traffic routing");
            }
        } else {
            if (canary.dynamicStableScale() && canary.has("scaleDownDelaySeconds")) {
                invalid(
                        field + ".dynamicStableScale",
                        true,
                        "Canary dynamicStableScale cannot be used with scaleDownDelaySeconds");
            }
            routing(field + ".trafficRouting", routing);
        }
        List<CanaryStep> steps = canary.steps();
        for (int i = 0; i < steps.size(); i++) {
            step(field + ".steps[" + i + "]", steps.get(i), canary);
        }
        antiAffinity(field, canary.antiAffinity());
    }

    private void pingPong(String field, CanaryStrategy canary) {
        PingPong pingPong = canary.pingPong();
        if (pingPong == null) {
            return;
        }
        String ping = field + ".pingPong.pingService";
        if (pingPong.pingService().isEmpty() || pingPong.pongService().isEmpty()) {
            invalid(
                    ping,
                    pingPong.pingService(),
                    "Ping service and Pong service must to be set to use Ping-Pong feature");
        } else if (pingPong.pingService().equals(pingPong.pongService())) {
            invalid(
                    ping,
                    pingPong.pingService(),
                    "This rollout uses the same service for the ping and pong services, but two different services are required.");
        }
    }

    /** Routers of other vendors are configured by fields of their own, which nothing here follows. */
    private void routing(String field, RolloutTrafficRouting routing) {
        for (String foreign : FOREIGN_ROUTERS) {
            if (routing.has(foreign)) {
                errors.add(FieldError.forbidden(
                        field + "." + foreign,
                        "this controller does not route traffic by " + foreign + "; name one of "
                                + routers.keySet().stream().sorted().toList() + " under " + field + ".plugins"));
            }
        }
        routing.plugins().asMap().forEach((name, configuration) -> {
            TrafficRouterFactory factory = routers.get(name);
            if (factory == null) {
                errors.add(FieldError.notSupported(
                        field + ".plugins",
                        name,
                        routers.keySet().stream().sorted().toList()));
            } else {
                factory.problems(rollout, configuration instanceof MapValue map ? map : MapValue.EMPTY)
                        .forEach(problem -> invalid(field + ".plugins", name, problem));
            }
        });
    }

    private void step(String field, CanaryStep step, CanaryStrategy canary) {
        long kinds = Stream.of(
                        "setWeight",
                        "pause",
                        "experiment",
                        "analysis",
                        "setCanaryScale",
                        "setHeaderRoute",
                        "setMirrorRoute",
                        "plugin")
                .filter(step::has)
                .count();
        if (kinds != 1) {
            invalid(
                    field,
                    step.value(),
                    "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause");
        }
        if (step.has("plugin")) {
            errors.add(FieldError.forbidden(
                    field + ".plugin",
                    "step plugins are programs that this controller does not run; use an analysis with a job instead"));
        }
        RolloutTrafficRouting routing = canary.trafficRouting();
        int most = routing == null ? 100 : routing.maxTrafficWeight();
        Integer weight = step.setWeight();
        if (weight != null && (weight < 0 || weight > most)) {
            invalid(field + ".setWeight", (long) weight, "SetWeight needs to be between 0 and " + most);
        }
        RolloutPause pause = step.pause();
        if (pause != null && !isDuration(pause.duration())) {
            invalid(
                    field + ".pause.duration",
                    Objects.requireNonNull(pause.duration()).toValue(),
                    "Duration needs to be greater than 0");
        }
        if (step.setCanaryScale() != null && routing == null) {
            errors.add(FieldError.required(
                    STRATEGY + ".canary.trafficRouting", "SetCanaryScale requires TrafficRouting to be set"));
        }
        routes(field, step, routing);
        var experiment = step.experiment();
        if (experiment != null && routing == null) {
            experiment.templates().stream()
                    .filter(template -> template.weight() != null)
                    .forEach(template -> invalid(
                            field + ".experiment.templates",
                            template.name(),
                            "Experiment template weight cannot be set unless TrafficRouting is enabled"));
        }
    }

    private void routes(String field, CanaryStep step, @Nullable RolloutTrafficRouting routing) {
        var header = step.setHeaderRoute();
        var mirror = step.setMirrorRoute();
        if (header != null) {
            route(field + ".setHeaderRoute", header.name(), routing, "SetHeaderRoute requires TrafficRouting");
            for (HeaderRoutingMatch match : header.match()) {
                match(field + ".setHeaderRoute.match", match.headerValue());
            }
        }
        if (mirror != null) {
            route(field + ".setMirrorRoute", mirror.name(), routing, "SetMirrorRoute requires TrafficRouting");
            mirror.match().forEach(match -> {
                match(field + ".setMirrorRoute.match", match.method());
                match(field + ".setMirrorRoute.match", match.path());
                match.headers().values().forEach(value -> match(field + ".setMirrorRoute.match", value));
            });
        }
    }

    private void route(String field, String name, @Nullable RolloutTrafficRouting routing, String without) {
        if (routing == null) {
            invalid(field, name, without);
        } else if (routing.managedRoutes().stream()
                .noneMatch(route -> route.name().equals(name))) {
            invalid(
                    field,
                    name,
                    "Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes");
        }
    }

    private void match(String field, @Nullable StringMatch match) {
        if (match == null) {
            return;
        }
        long set = Stream.of(match.exact(), match.prefix(), match.regex())
                .filter(text -> !text.isEmpty())
                .count();
        if (set != 1) {
            invalid(
                    field,
                    match.value(),
                    set == 0
                            ? "StringMatch value missed, match value must have one of the following: exact, regex, prefix"
                            : "StringMatch match value must have exactly one of the following: exact, regex, prefix");
        }
    }

    private void antiAffinity(String field, @Nullable AntiAffinity rule) {
        if (rule == null) {
            return;
        }
        MapValue preferred = rule.preferred();
        if ((preferred == null) == (rule.required() == null)) {
            invalid(field + ".antiAffinity", rule.value(), "AntiAffinity must have exactly one strategy listed");
        } else if (preferred != null) {
            long weight = preferred.integer("weight", 0);
            if (weight < 1 || weight > 100) {
                invalid(field + ".antiAffinity.weight", weight, "AntiAffinity weight must be between 1-100");
            }
        }
    }

    private static boolean isZero(@Nullable IntOrString value) {
        return value != null
                && (value.text() == null ? value.number() == 0 : value.text().equals("0%"));
    }

    private static boolean isDuration(@Nullable IntOrString duration) {
        if (duration == null) {
            return true;
        }
        String text = duration.text();
        return text == null
                ? duration.number() >= 0
                : text.matches("[0-9]{1,9}")
                        || GoDuration.parse(text).filter(d -> !d.isNegative()).isPresent();
    }

    private void nonNegative(String field, int value) {
        if (value < 0) {
            invalid(field, (long) value, "must be greater than or equal to 0");
        }
    }

    private void invalid(String field, @Nullable Object value, String detail) {
        errors.add(FieldError.invalid(field, value, detail));
    }
}
