package dev.proa.cluster;

import dev.proa.api.codec.GoDuration;
import dev.proa.control.autoscaling.AutoscalerConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Flags of kube-controller-manager: those of the HorizontalPodAutoscaler controller.
 *
 * @param flags the values that were given, by the names of their flags
 */
public record ControllerManagerOptions(SortedMap<String, String> flags) {
    private static final String AUTOSCALER = "horizontal-pod-autoscaler-";
    private static final String SYNC_PERIOD = AUTOSCALER + "sync-period";
    private static final String DOWNSCALE_STABILIZATION = AUTOSCALER + "downscale-stabilization";
    private static final String TOLERANCE = AUTOSCALER + "tolerance";
    private static final String CPU_INITIALIZATION_PERIOD = AUTOSCALER + "cpu-initialization-period";
    private static final String INITIAL_READINESS_DELAY = AUTOSCALER + "initial-readiness-delay";
    private static final List<String> KNOWN = List.of(
            SYNC_PERIOD, DOWNSCALE_STABILIZATION, TOLERANCE, CPU_INITIALIZATION_PERIOD, INITIAL_READINESS_DELAY);

    public static final ControllerManagerOptions NONE = new ControllerManagerOptions(Collections.emptySortedMap());

    public ControllerManagerOptions {
        flags = Collections.unmodifiableSortedMap(new TreeMap<>(flags));
    }

    /**
     * Reads flags, with or without dashes, as {@code FLAG=VALUE}; the last one of a name counts.
     *
     * @throws IllegalArgumentException when there is no such flag, or its value is not of its form; the message says which
     */
    public static ControllerManagerOptions parse(List<String> arguments) {
        Map<String, String> flags = new LinkedHashMap<>();
        for (String argument : arguments) {
            checkName(argument);
            flags.put(name(argument), ComponentFlags.value(argument, "VALUE"));
        }
        ControllerManagerOptions options = new ControllerManagerOptions(new TreeMap<>(flags));
        options.autoscaler();
        return options;
    }

    /** The flag that an argument names, without dashes. */
    public static String name(String argument) {
        return ComponentFlags.name(argument);
    }

    /** @throws IllegalArgumentException when the argument names a flag and there is no such flag */
    public static void checkName(String argument) {
        ComponentFlags.checkName(argument, "kube-controller-manager", KNOWN);
    }

    /** The flags as {@link #parse} reads them. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        flags.forEach((flag, value) -> arguments.add(flag + "=" + value));
        return arguments;
    }

    /** What the flags say to the HorizontalPodAutoscaler controller. */
    public AutoscalerConfig autoscaler() {
        AutoscalerConfig usual = AutoscalerConfig.DEFAULT;
        Duration period = duration(SYNC_PERIOD, usual.syncPeriod());
        if (period.isZero()) {
            throw new IllegalArgumentException(SYNC_PERIOD + " must be longer than 0");
        }
        return new AutoscalerConfig(
                period,
                duration(DOWNSCALE_STABILIZATION, usual.downscaleStabilization()),
                tolerance(usual.tolerance()),
                duration(CPU_INITIALIZATION_PERIOD, usual.cpuInitializationPeriod()),
                duration(INITIAL_READINESS_DELAY, usual.initialReadinessDelay()),
                usual.scaleToZero());
    }

    private Duration duration(String flag, Duration usual) {
        String value = flags.get(flag);
        if (value == null) {
            return usual;
        }
        return GoDuration.parse(value)
                .filter(duration -> !duration.isNegative())
                .orElseThrow(() -> new IllegalArgumentException(
                        flag + " is a duration as 30s, 10m or 1h30m, not \"" + value + "\""));
    }

    private double tolerance(double usual) {
        String value = flags.get(TOLERANCE);
        if (value == null) {
            return usual;
        }
        try {
            double tolerance = Double.parseDouble(value);
            if (tolerance >= 0 && Double.isFinite(tolerance)) {
                return tolerance;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(notATolerance(value), e);
        }
        throw new IllegalArgumentException(notATolerance(value));
    }

    private static String notATolerance(String value) {
        return TOLERANCE + " is a number as 0.1, and not below 0, not \"" + value + "\"";
    }
}
