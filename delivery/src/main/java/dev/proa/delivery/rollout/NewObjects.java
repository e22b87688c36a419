package dev.proa.delivery.rollout;

import dev.proa.api.core.v1.PodTemplateSpec;
import dev.proa.api.meta.v1.LabelSelector;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Numeral;
import dev.proa.api.view.KubeObject;
import dev.proa.api.view.Views;
import dev.proa.delivery.argo.AnalysisPhases;
import dev.proa.delivery.argo.AnalysisRun;
import dev.proa.delivery.argo.AnalysisRunArgument;
import dev.proa.delivery.argo.Argo;
import dev.proa.delivery.argo.Argument;
import dev.proa.delivery.argo.ArgumentValueFrom;
import dev.proa.delivery.argo.Experiment;
import dev.proa.delivery.argo.ExperimentAnalysisRef;
import dev.proa.delivery.argo.FieldRef;
import dev.proa.delivery.argo.MergedTemplates;
import dev.proa.delivery.argo.RolloutAnalysis;
import dev.proa.delivery.argo.RolloutExperimentStep;
import dev.proa.delivery.argo.RolloutExperimentTemplate;
import dev.proa.delivery.argo.TemplateService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The analysis runs and experiments that a Rollout makes. */
final class NewObjects {
    private final Situation s;

    NewObjects(Situation s) {
        this.s = s;
    }

    /**
     * The analysis run for {@code analysis}, under its first choice of a name.
     *
     * @param suffix the end of the name; empty for none
     * @throws IllegalArgumentException when a template or an argument is missing; the message says which
     */
    AnalysisRun run(RolloutAnalysis analysis, String suffix, MapValue purpose) {
        String revision = String.valueOf(s.current().revision());
        String name = s.rollout().name() + "-" + s.current().hash() + "-" + revision;
        Map<String, String> labels = new HashMap<>(Views.strings(purpose));
        labels.put(Argo.POD_TEMPLATE_HASH, s.current().hash());
        labels.putAll(analysis.analysisRunMetadata().labels());
        labels.putAll(s.spec().selector().matchLabels());
        Map<String, String> annotations =
                new HashMap<>(analysis.analysisRunMetadata().annotations());
        annotations.put(Argo.REVISION, revision);
        MergedTemplates templates = MergedTemplates.of(Templates.named(analysis.templates(), s.templates()));
        return new AnalysisRun(object(
                AnalysisRun.KIND.kind(),
                suffix.isEmpty() ? name : name + "-" + suffix,
                labels,
                annotations,
                templates
                        .run(arguments(analysis.args()), analysis.dryRun(), analysis.measurementRetention())
                        .value()));
    }

    /** A run in progress that measures what {@code wanted} is to measure: made before, and not yet recorded in the status. */
    Optional<AnalysisRun> existing(AnalysisRun wanted) {
        return s.runs().stream()
                .filter(run -> isNameOf(run.name(), wanted.name(), "."))
                .filter(run -> Owners.owns(s.rollout(), run))
                .filter(run -> !AnalysisPhases.isEnd(run.status().phase())
                        && !run.spec().terminate())
                .filter(run -> MergedTemplates.same(run.spec(), wanted.spec()))
                .findFirst();
    }

    /** {@code wanted} under a name that no other run has. */
    AnalysisRun named(AnalysisRun wanted) {
        return new AnalysisRun(renamed(
                wanted,
                ".",
                name -> s.runs().stream().anyMatch(run -> run.name().equals(name))));
    }

    /** The experiment of the present step, under its first choice of a name. */
    Experiment experiment(RolloutExperimentStep step, Version stable) {
        String revision = String.valueOf(s.current().revision());
        String name = s.rollout().name() + "-" + s.current().hash() + "-" + revision + "-" + s.stepIndex();
        Map<String, String> labels = new HashMap<>(s.rollout().labels());
        labels.put(Argo.POD_TEMPLATE_HASH, s.current().hash());
        MapValue.Builder spec = MapValue.builder(8)
                .put(
                        "templates",
                        ListValue.copyOf(step.templates().stream()
                                .map(template -> template(template, stable))
                                .toList()))
                .put("progressDeadlineSeconds", (long) s.spec().progressDeadlineSeconds());
        for (String field : List.of("duration", "dryRun", "analysisRunMetadata", "scaleDownDelaySeconds")) {
            if (step.has(field)) {
                spec.put(field, step.value().get(field));
            }
        }
        if (!step.analyses().isEmpty()) {
            spec.put(
                    "analyses",
                    ListValue.copyOf(
                            step.analyses().stream().map(this::analysis).toList()));
        }
        return new Experiment(
                object(Experiment.KIND.kind(), name, labels, Map.of(Argo.REVISION, revision), spec.build()));
    }

    /** An experiment in progress that was made for {@code wanted} and is not yet recorded in the status. */
    Optional<Experiment> existing(Experiment wanted) {
        return s.experiments().stream()
                .filter(experiment -> isNameOf(experiment.name(), wanted.name(), "-"))
                .filter(experiment -> Owners.owns(s.rollout(), experiment))
                .filter(experiment -> !AnalysisPhases.isEnd(experiment.status().phase())
                        && !experiment.spec().terminate())
                .findFirst();
    }

    /** {@code wanted} under a name that no other experiment has. */
    Experiment named(Experiment wanted) {
        return new Experiment(renamed(
                wanted,
                "-",
                name -> s.experiments().stream()
                        .anyMatch(experiment -> experiment.name().equals(name))));
    }

    private static boolean isNameOf(String name, String wanted, String separator) {
        return name.equals(wanted) || name.matches(Pattern.quote(wanted + separator) + "[0-9]+");
    }

    private static MapValue renamed(KubeObject wanted, String separator, Predicate<String> taken) {
        String name = wanted.name();
        for (int i = 1; taken.test(name); i++) {
            name = wanted.name() + separator + i;
        }
        String free = name;
        return wanted.value().withMap("metadata", metadata -> metadata.with("name", free));
    }

    private MapValue object(
            String kind, String name, Map<String, String> labels, Map<String, String> annotations, MapValue spec) {
        MapValue metadata = MapValue.of(
                "name", name,
                "namespace", s.rollout().namespace(),
                "labels", Views.values(labels),
                "annotations", Views.values(annotations),
                "ownerReferences", Owners.references(s.rollout()));
        return MapValue.of(
                "apiVersion", AnalysisRun.KIND.apiVersion(), "kind", kind, "metadata", metadata, "spec", spec);
    }

    private List<Argument> arguments(List<AnalysisRunArgument> args) {
        List<Argument> arguments = new ArrayList<>();
        for (AnalysisRunArgument arg : args) {
            arguments.add(new Argument(MapValue.of("name", arg.name(), "value", text(arg))));
        }
        return arguments;
    }

    private String text(AnalysisRunArgument arg) {
        ArgumentValueFrom from = arg.valueFrom();
        if (from == null) {
            return arg.text();
        }
        FieldRef field = from.fieldRef();
        return switch (from.podTemplateHashValue()) {
            case "Latest" -> s.current().hash();
            case "Stable" -> s.stable() == null ? "" : s.stable().hash();
            default -> field == null ? arg.text() : field(field.fieldPath());
        };
    }

    /**
     * A field of the Rollout as {@code metadata.labels['app']} or {@code spec.replicas}.
     *
     * @throws IllegalArgumentException when there is no such field, or it has more than one value
     */
    private String field(String path) {
        Object value = s.rollout().value();
        for (String section : path.replace("['", ".").replace("']", "").split("[.\\[\\]]+", -1)) {
            if (!section.isEmpty()) {
                value = switch (value) {
                    case MapValue map -> inner(map, path, section);
                    case ListValue list
                    when section.matches("[0-9]{1,6}") && Integer.parseInt(section) < list.size() ->
                        list.get(Integer.parseInt(section));
                    case null, default -> null;
                };
            }
        }
        return switch (value) {
            case String text -> text;
            case Long number -> number.toString();
            case Boolean bool -> bool.toString();
            case Double number -> number.toString();
            case Numeral number -> number.toString();
            case null, default -> throw new IllegalArgumentException("invalid path " + path + " in rollout");
        };
    }

    /** The rest of a path into labels and annotations is one name, whatever dots it has. */
    private static @Nullable Object inner(MapValue map, String path, String section) {
        int quoted = path.indexOf("['");
        String key = quoted < 0 ? "" : path.substring(quoted + 2, path.length() - 2);
        return map.has(key) ? map.get(key) : key.startsWith(section) && !map.has(section) ? map : map.get(section);
    }

    private MapValue template(RolloutExperimentTemplate step, Version stable) {
        Version source = step.specRef().equals("stable") ? stable : s.current();
        Map<String, String> labels = step.podMetadata().labels();
        PodTemplateSpec template = source.set().spec().template();
        LabelSelector selector = step.selector();
        LabelSelector base = selector == null ? source.set().spec().selector() : selector;
        MapValue.Builder result = MapValue.builder(6)
                .put("name", step.name())
                .put(
                        "template",
                        template.withMetadata(m -> m.withLabels(with(m.labels(), labels))
                                        .withAnnotations(with(
                                                m.annotations(),
                                                step.podMetadata().annotations())))
                                .value())
                .put(
                        "selector",
                        base.withMatchLabels(with(base.matchLabels(), labels)).value());
        Integer replicas = step.replicas();
        if (replicas != null) {
            result.put("replicas", (long) replicas);
        }
        int minReady = source.set().spec().minReadySeconds();
        if (minReady > 0) {
            result.put("minReadySeconds", (long) minReady);
        }
        TemplateService service = step.service();
        if (step.weight() != null || service != null) {
            result.put(
                    "service",
                    service == null || service.name().isEmpty() ? MapValue.EMPTY : MapValue.of("name", service.name()));
        }
        return result.build();
    }

    private static Map<String, String> with(Map<String, String> base, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(base);
        all.putAll(more);
        return all;
    }

    private MapValue analysis(ExperimentAnalysisRef ref) {
        List<AnalysisRunArgument> args = Views.list(ref.value().list("args"), AnalysisRunArgument::new);
        MapValue value = ref.value();
        return args.isEmpty()
                ? value
                : value.with(
                        "args",
                        ListValue.copyOf(
                                arguments(args).stream().map(Argument::value).toList()));
    }
}
