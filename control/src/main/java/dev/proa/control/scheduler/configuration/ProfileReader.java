package dev.proa.control.scheduler.configuration;

import dev.proa.api.config.ConfigObject;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.ExtensionPoint;
import dev.proa.control.scheduler.framework.PluginSet;
import dev.proa.control.scheduler.framework.Profile;
import dev.proa.control.scheduler.plugin.DefaultPlugins;
import dev.proa.control.scheduler.plugin.PluginArgs;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a profile: which plugins it has, where and with what arguments. */
final class ProfileReader {
    private static final Set<String> REMOVED = Set.of("AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits");
    private static final List<String> OF_POD_GROUPS = List.of("placementGenerate", "placementScore");

    private final String path;
    private final String schedulerName;
    private final Optional<Integer> percentage;
    private final PluginSet everywhere;
    private final Map<ExtensionPoint, PluginSet> points = new EnumMap<>(ExtensionPoint.class);
    private final PluginArgs args;
    private final List<FieldError> errors;

    /**
     * @param usualName the name when there is none; empty when there must be one
     * @param ignoredResources what extenders manage in the place of {@code NodeResourcesFit}
     */
    ProfileReader(
            ConfigObject object, String path, String usualName, Set<String> ignoredResources, List<FieldError> errors) {
        this.path = path;
        this.errors = errors;
        this.schedulerName = object.text("schedulerName", usualName);
        if (schedulerName.isEmpty()) {
            errors.add(FieldError.required(path + ".schedulerName", ""));
        }
        this.percentage = ConfigurationReader.percentage(object, "percentageOfNodesToScore", errors);
        Optional<ConfigObject> plugins = object.object("plugins");
        this.everywhere = plugins.flatMap(given -> set(given, "multiPoint")).orElse(PluginSet.EMPTY);
        for (ExtensionPoint point : ExtensionPoint.values()) {
            plugins.flatMap(given -> set(given, point.field())).ifPresent(set -> {
                checkRemoved(set, path + ".plugins." + point.field());
                points.put(point, set);
            });
        }
        plugins.ifPresent(
                given -> OF_POD_GROUPS.forEach(point -> set(given, point))); // read for what is wrong with them
        this.args = new PluginArgsReader(errors).read(object.objects("pluginConfig"), ignoredResources);
    }

    String schedulerName() {
        return schedulerName;
    }

    private static Optional<PluginSet> set(ConfigObject plugins, String point) {
        return plugins.object(point).map(object -> {
            List<PluginSet.Named> enabled = new ArrayList<>();
            object.objects("enabled").forEach(plugin -> enabled.add(named(plugin)));
            Set<String> disabled = new HashSet<>();
            object.objects("disabled")
                    .forEach(plugin -> disabled.add(named(plugin).name()));
            return new PluginSet(enabled, disabled);
        });
    }

    private static PluginSet.Named named(ConfigObject plugin) {
        return new PluginSet.Named(plugin.text("name", ""), plugin.int32("weight", 0));
    }

    private void checkRemoved(PluginSet set, String place) {
        for (int i = 0; i < set.enabled().size(); i++) {
            String name = set.enabled().get(i).name();
            if (REMOVED.contains(name)) {
                errors.add(FieldError.invalid(place + ".enabled[" + i + "]", name, removed()));
            }
        }
    }

    static boolean isRemoved(String plugin) {
        return REMOVED.contains(plugin);
    }

    static String removed() {
        return "was invalid in version \"v1\" (KubeSchedulerConfiguration is version"
                + " \"kubescheduler.config.k8s.io/v1\")";
    }

    /** All profiles share one queue, so that they must say the same about its order. */
    void checkQueueSort(ProfileReader first) {
        PluginSet mine = points.getOrDefault(ExtensionPoint.QUEUE_SORT, PluginSet.EMPTY);
        if (!mine.equals(first.points.getOrDefault(ExtensionPoint.QUEUE_SORT, PluginSet.EMPTY))) {
            errors.add(
                    FieldError.invalid(path + ".plugins.queueSort", shown(mine), "must be the same for all profiles"));
        }
    }

    private static MapValue shown(PluginSet set) {
        List<MapValue> enabled = new ArrayList<>();
        set.enabled().forEach(named -> enabled.add(MapValue.of("Name", named.name(), "Weight", (long) named.weight())));
        List<MapValue> disabled = new ArrayList<>();
        set.disabled().forEach(name -> disabled.add(MapValue.of("Name", name, "Weight", 0L)));
        return MapValue.of(
                "Enabled",
                enabled.isEmpty() ? null : ListValue.copyOf(enabled),
                "Disabled",
                disabled.isEmpty() ? null : ListValue.copyOf(disabled));
    }

    /** @throws IllegalArgumentException when a plugin does not exist */
    Profile build() {
        Map<String, DefaultPlugins.InTree> known = new LinkedHashMap<>();
        DefaultPlugins.IN_TREE.forEach(plugin -> known.put(plugin.name(), plugin));
        Map<String, Integer> named = new LinkedHashMap<>();
        if (!everywhere.disabled().contains("*")) {
            known.values().forEach(plugin -> named.put(plugin.name(), plugin.weight()));
            everywhere.disabled().forEach(named::remove);
        }
        Set<String> twice = new HashSet<>();
        for (PluginSet.Named plugin : everywhere.enabled()) {
            if (!twice.add(plugin.name())) {
                throw new IllegalArgumentException("plugin \"" + plugin.name() + "\" already registered as \""
                        + ExtensionPoint.PRE_FILTER.typeName() + "\"");
            }
            named.put(plugin.name(), Math.max(1, plugin.weight()));
        }
        List<Profile.Entry> entries = new ArrayList<>();
        named.forEach(
                (name, weight) -> entries.add(entry(known.get(name), name, ExtensionPoint.PRE_FILTER, weight, true)));
        points.forEach((point, set) -> set.enabled().forEach(plugin -> {
            if (named.putIfAbsent(plugin.name(), 1) == null) {
                entries.add(entry(known.get(plugin.name()), plugin.name(), point, Math.max(1, plugin.weight()), false));
            }
        }));
        return new Profile(schedulerName, entries, points, percentage.orElse(null));
    }

    private Profile.Entry entry(
            DefaultPlugins.@Nullable InTree plugin,
            String name,
            ExtensionPoint point,
            int weight,
            boolean isEverywhere) {
        if (plugin == null) {
            throw new IllegalArgumentException(point.typeName() + " \"" + name + "\" does not exist");
        }
        return new Profile.Entry(handle -> plugin.factory().apply(args, handle), weight, isEverywhere);
    }
}
