package dev.proa.server.expression;

import dev.proa.api.resource.v1.Device;
import dev.proa.api.resource.v1.DeviceAttribute;
import dev.proa.server.cel.CelMap;
import dev.proa.server.cel.CelType;
import dev.proa.server.cel.Compilation;
import dev.proa.server.cel.Environment;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Program;
import dev.proa.server.cel.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression that selects devices, by their driver, attributes and capacities (KEP-4381). Immutable, safe for any thread. */
public final class DeviceExpression {
    private static final String VARIABLE = "device";
    private static final CelType ATTRIBUTES = CelType.map(CelType.STRING, CelType.map(CelType.STRING, CelType.DYN));
    private static final CelType CAPACITIES =
            CelType.map(CelType.STRING, CelType.map(CelType.STRING, CelType.QUANTITY));
    private static final Environment ENVIRONMENT =
            Environment.of(Map.of(VARIABLE, CelType.struct("kubernetes.DRADevice", DeviceExpression::field)));

    private final Program program;

    private DeviceExpression(Program program) {
        this.program = program;
    }

    private static @Nullable CelType field(String name) {
        return switch (name) {
            case "driver" -> CelType.STRING;
            case "allowMultipleAllocations" -> CelType.BOOL;
            case "attributes" -> ATTRIBUTES;
            case "capacity" -> CAPACITIES;
            default -> null;
        };
    }

    /**
     * Compiles an expression.
     *
     * @throws EvaluationException when it is wrong, or its result is no boolean
     */
    public static DeviceExpression compile(String expression) {
        Compilation compiled = ENVIRONMENT.compile(expression);
        if (compiled.failed()) {
            throw new EvaluationException("CEL compile error: compilation failed: " + compiled.issues());
        }
        CelType result = compiled.resultType();
        if (!result.equals(CelType.BOOL) && !result.equals(CelType.DYN)) {
            throw new EvaluationException(
                    "CEL compile error: must evaluate to bool or the unknown type, not " + result);
        }
        return new DeviceExpression(compiled.program());
    }

    /**
     * Whether the expression selects a device.
     *
     * @throws EvaluationException when it has no value for the device, such as for an attribute that is not there
     */
    public boolean matches(String driver, Device device) {
        Map<String, Map<String, Object>> attributes = new HashMap<>();
        device.attributes().forEach((name, attribute) -> put(attributes, name, driver, value(name, attribute)));
        Map<String, Map<String, Object>> capacity = new HashMap<>();
        device.capacity().forEach((name, one) -> put(capacity, name, driver, Values.quantity(one.value_())));
        CelMap fields = new Entries(
                Map.of(
                        "driver",
                        driver,
                        "allowMultipleAllocations",
                        device.allowMultipleAllocations(),
                        "attributes",
                        domains(attributes),
                        "capacity",
                        domains(capacity)),
                CelMap.ABSENT);
        Program.Result result = program.evaluate(Map.of(VARIABLE, fields));
        if (result.failed()) {
            throw new EvaluationException("CEL runtime error: " + result.error());
        }
        if (result.value() instanceof Boolean matches) {
            return matches;
        }
        throw new EvaluationException("CEL runtime error: the result is no boolean");
    }

    /** A name without a domain is the driver's own. */
    private static void put(Map<String, Map<String, Object>> domains, String name, String driver, Object value) {
        int slash = name.indexOf('/');
        domains.computeIfAbsent(slash < 0 ? driver : name.substring(0, slash), domain -> new HashMap<>())
                .put(name.substring(slash + 1), value);
    }

    private static Object value(String name, DeviceAttribute attribute) {
        if (attribute.hasString()) {
            return attribute.string();
        }
        if (attribute.hasInt()) {
            return attribute.int_();
        }
        if (attribute.hasBool()) {
            return attribute.bool();
        }
        if (attribute.hasVersion()) {
            return Values.version(attribute.version());
        }
        throw new EvaluationException("CEL runtime error: attribute " + name + ": unsupported attribute value");
    }

    /** A domain that the device does not have is one without attributes. */
    private static CelMap domains(Map<String, Map<String, Object>> domains) {
        Map<String, Object> maps = new HashMap<>();
        domains.forEach((domain, values) -> maps.put(domain, new Entries(values, CelMap.ABSENT)));
        return new Entries(maps, new Entries(Map.of(), CelMap.ABSENT));
    }

    /** A map whose keys are texts. */
    private static final class Entries extends CelMap {
        private final Map<String, ?> values;
        private final Object absent;

        Entries(Map<String, ?> values, Object absent) {
            this.values = values;
            this.absent = absent;
        }

        @Override
        public @Nullable Object find(@Nullable Object key) {
            Object value = key instanceof String name ? values.get(name) : null;
            return value == null ? absent : value;
        }

        @Override
        public List<?> keys() {
            return new ArrayList<>(values.keySet());
        }
    }
}
