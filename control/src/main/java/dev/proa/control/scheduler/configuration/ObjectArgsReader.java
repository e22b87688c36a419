package dev.proa.control.scheduler.configuration;

import dev.proa.api.config.ConfigObject;
import dev.proa.api.core.v1.NodeSelectorTerm;
import dev.proa.api.core.v1.PreferredSchedulingTerm;
import dev.proa.api.core.v1.TopologySpreadConstraint;
import dev.proa.api.selector.LabelRules;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.plugin.NodeAffinityArgs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads arguments that have parts of pods in them. */
final class ObjectArgsReader {
    private static final List<String> OPERATORS = List.of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt");
    private static final List<String> FIELD_OPERATORS = List.of("In", "NotIn");
    private static final List<String> ACTIONS = List.of("DoNotSchedule", "ScheduleAnyway");

    private final List<FieldError> errors;

    ObjectArgsReader(List<FieldError> errors) {
        this.errors = errors;
    }

    NodeAffinityArgs nodeAffinity(ConfigObject args) {
        return args.object("addedAffinity").map(this::addedAffinity).orElse(NodeAffinityArgs.NONE);
    }

    private NodeAffinityArgs addedAffinity(ConfigObject affinity) {
        List<NodeSelectorTerm> required = null;
        Optional<ConfigObject> selector = affinity.object("requiredDuringSchedulingIgnoredDuringExecution");
        if (selector.isPresent()) {
            required = new ArrayList<>();
            for (ConfigObject term : selector.get().objects("nodeSelectorTerms")) {
                required.add(new NodeSelectorTerm(term(term)));
            }
        }
        List<PreferredSchedulingTerm> preferred = new ArrayList<>();
        for (ConfigObject weighted : affinity.objects("preferredDuringSchedulingIgnoredDuringExecution")) {
            MapValue term = weighted.object("preference").map(this::term).orElse(MapValue.EMPTY);
            preferred.add(new PreferredSchedulingTerm(
                    MapValue.of("weight", weighted.integer("weight", 0), "preference", term)));
        }
        return new NodeAffinityArgs(required, preferred);
    }

    private MapValue term(ConfigObject term) {
        return MapValue.of(
                "matchExpressions",
                requirements(term, "matchExpressions", OPERATORS),
                "matchFields",
                requirements(term, "matchFields", FIELD_OPERATORS));
    }

    private ListValue requirements(ConfigObject term, String field, List<String> operators) {
        List<MapValue> requirements = new ArrayList<>();
        for (ConfigObject given : term.objects(field)) {
            String operator = given.text("operator", "");
            List<String> values = given.texts("values");
            if (!operators.contains(operator)) {
                errors.add(FieldError.notSupported(given.place("operator"), operator, operators));
            } else if (operators == FIELD_OPERATORS && values.size() != 1) {
                errors.add(
                        FieldError.invalid(given.place("values"), ListValue.copyOf(values), "must have one element"));
            }
            requirements.add(MapValue.of(
                    "key", given.text("key", ""), "operator", operator, "values", ListValue.copyOf(values)));
        }
        return ListValue.copyOf(requirements);
    }

    /** Null for the constraints that Kubernetes has for pods without any. */
    @Nullable
    List<TopologySpreadConstraint> defaultConstraints(ConfigObject args) {
        String type = args.text("defaultingType", "System");
        List<ConfigObject> given = args.objects("defaultConstraints");
        if (!type.equals("System") && !type.equals("List")) {
            errors.add(FieldError.notSupported(args.place("defaultingType"), type, List.of("List", "System")));
        } else if (type.equals("System") && !given.isEmpty()) {
            errors.add(
                    FieldError.invalid(args.place("defaultingType"), type, "when .defaultConstraints are not empty"));
        }
        List<TopologySpreadConstraint> constraints = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (ConfigObject each : given) {
            TopologySpreadConstraint constraint = constraint(each);
            constraints.add(constraint);
            String both = "{" + constraint.topologyKey() + ", " + constraint.whenUnsatisfiable() + "}";
            if (!seen.add(both)) {
                errors.add(FieldError.duplicate(each.place(""), both));
            }
        }
        return type.equals("System") ? null : constraints;
    }

    private TopologySpreadConstraint constraint(ConfigObject given) {
        long maxSkew = given.integer("maxSkew", 0);
        if (maxSkew <= 0) {
            errors.add(FieldError.invalid(given.place("maxSkew"), maxSkew, "not in valid range (0, inf)"));
        }
        String key = given.text("topologyKey", "");
        if (key.isEmpty()) {
            errors.add(FieldError.required(given.place("topologyKey"), "can not be empty"));
        } else {
            errors.addAll(LabelRules.keyErrors(given.place("topologyKey"), key));
        }
        String action = given.text("whenUnsatisfiable", "");
        if (action.isEmpty()) {
            errors.add(FieldError.required(given.place("whenUnsatisfiable"), "can not be empty"));
        } else if (!ACTIONS.contains(action)) {
            errors.add(FieldError.notSupported(given.place("whenUnsatisfiable"), action, ACTIONS));
        }
        if (given.has("labelSelector")) {
            given.ignore("labelSelector");
            errors.add(FieldError.forbidden(
                    given.place("labelSelector"),
                    "constraint must not define a selector, as they deduced for each pod"));
        }
        MapValue value = MapValue.of("maxSkew", maxSkew, "topologyKey", key, "whenUnsatisfiable", action);
        Optional<Long> minDomains = given.integer("minDomains");
        if (minDomains.isPresent()) {
            value = value.with("minDomains", minDomains.get());
        }
        for (String policy : List.of("nodeAffinityPolicy", "nodeTaintsPolicy")) {
            Optional<String> text = given.text(policy);
            value = text.isPresent() ? value.with(policy, text.get()) : value;
        }
        List<String> labels = given.texts("matchLabelKeys");
        return new TopologySpreadConstraint(
                labels.isEmpty() ? value : value.with("matchLabelKeys", ListValue.copyOf(labels)));
    }
}
