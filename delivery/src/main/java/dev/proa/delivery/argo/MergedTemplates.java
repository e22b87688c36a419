package dev.proa.delivery.argo;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.View;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What several analysis templates measure together, and the spec of a run of it.
 *
 * @param metrics of all templates, in their order
 * @param args of all templates; an argument that several have is there once
 */
public record MergedTemplates(
        List<Metric> metrics,
        List<Argument> args,
        List<DryRun> dryRun,
        List<MeasurementRetention> measurementRetention) {

    /**
     * Merges templates.
     *
     * @throws IllegalArgumentException when two metrics have one name, or an argument has two values
     */
    public static MergedTemplates of(List<AnalysisTemplateSpec> templates) {
        List<Metric> metrics = new ArrayList<>();
        Map<String, Argument> args = new LinkedHashMap<>();
        List<DryRun> dryRun = new ArrayList<>();
        List<MeasurementRetention> retention = new ArrayList<>();
        for (AnalysisTemplateSpec template : templates) {
            metrics.addAll(template.metrics());
            template.args().forEach(arg -> args.merge(arg.name(), arg, MergedTemplates::either));
            dryRun.addAll(template.dryRun());
            retention.addAll(template.measurementRetention());
        }
        Set<String> names = new HashSet<>();
        for (Metric metric : metrics) {
            if (!names.add(metric.name())) {
                throw new IllegalArgumentException("two metrics have the same name '" + metric.name() + "'");
            }
        }
        return new MergedTemplates(
                List.copyOf(metrics), List.copyOf(args.values()), List.copyOf(dryRun), List.copyOf(retention));
    }

    private static Argument either(Argument one, Argument other) {
        String first = one.text();
        String second = other.text();
        if (first != null && second != null && !first.equals(second)) {
            throw new IllegalArgumentException("Argument `" + one.name()
                    + "` specified multiple times with different values: '" + first + "', '" + second + "'");
        }
        return first == null ? other : one;
    }

    /**
     * The spec of a run with these arguments, which replace those of the templates that have the same name.
     *
     * @param moreDryRun added to those of the templates
     * @param moreRetention added to those of the templates
     * @throws IllegalArgumentException when an argument has no value
     */
    public AnalysisRunSpec run(
            List<Argument> given, List<DryRun> moreDryRun, List<MeasurementRetention> moreRetention) {
        List<Argument> resolved = args.stream().map(arg -> resolved(arg, given)).toList();
        MapValue.Builder spec = MapValue.builder(4).put("metrics", values(metrics));
        putUnlessEmpty(spec, "args", values(resolved));
        putUnlessEmpty(spec, "dryRun", joined(moreDryRun, dryRun));
        putUnlessEmpty(spec, "measurementRetention", joined(moreRetention, measurementRetention));
        return new AnalysisRunSpec(spec.build());
    }

    private static Argument resolved(Argument arg, List<Argument> given) {
        Argument result = arg;
        for (Argument other : given) {
            if (other.name().equals(arg.name())) {
                String text = other.text();
                ValueFrom from = other.valueFrom();
                if (text != null) {
                    result = new Argument(result.value().with("value", text));
                } else if (from != null) {
                    result = result.withValueFrom(from);
                }
            }
        }
        if (result.text() == null && result.valueFrom() == null) {
            throw new IllegalArgumentException("args." + arg.name() + " was not resolved");
        }
        return result;
    }

    private static <T extends View> ListValue joined(List<T> more, List<T> own) {
        List<T> all = new ArrayList<>(more);
        all.addAll(own);
        return values(all);
    }

    private static ListValue values(List<? extends View> views) {
        return ListValue.copyOf(views.stream().map(View::value).toList());
    }

    private static void putUnlessEmpty(MapValue.Builder spec, String name, ListValue list) {
        if (!list.isEmpty()) {
            spec.put(name, list);
        }
    }

    /** Whether two specs measure the same, so that a run which is there already will do. */
    public static boolean same(AnalysisRunSpec one, AnalysisRunSpec other) {
        return List.of("metrics", "args", "dryRun", "measurementRetention").stream()
                .allMatch(field -> Objects.equals(list(one, field), list(other, field)));
    }

    private static @Nullable Object list(AnalysisRunSpec spec, String field) {
        return spec.value().list(field);
    }
}
