package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.resource.v1.DeviceAttribute;
import dev.proa.api.resource.v1.DeviceConstraint;
import dev.proa.api.value.MapValue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A constraint of a claim: all its devices, or those of some requests, have the same value of an attribute, or each another one. */
final class Constraint {
    private final DeviceConstraint of;
    private final boolean same;
    private final Deque<MapValue> values = new ArrayDeque<>();

    Constraint(DeviceConstraint of) {
        this.of = of;
        this.same = of.hasMatchAttribute();
    }

    /** Takes a device into account, unless it violates the constraint; returns whether it did. */
    boolean add(Request.Option option, Pool.Member member) {
        if (!option.isAmong(of.requests())) {
            return true;
        }
        MapValue value = value(member, same ? of.matchAttribute() : of.distinctAttribute());
        if (value == null || !(same ? values.isEmpty() || value.equals(values.peek()) : !values.contains(value))) {
            return false;
        }
        values.push(value);
        return true;
    }

    /** Takes the device back that was added last. */
    void remove(Request.Option option) {
        if (option.isAmong(of.requests())) {
            values.pop();
        }
    }

    /** An attribute with its type; null when the device has none. The domain of a name may be left out for the driver's own. */
    private static @Nullable MapValue value(Pool.Member member, String name) {
        Map<String, DeviceAttribute> attributes = member.device().attributes();
        DeviceAttribute attribute = attributes.get(name);
        int slash = name.indexOf('/');
        if (attribute == null
                && slash >= 0
                && name.substring(0, slash).equals(member.id().driver())) {
            attribute = attributes.get(name.substring(slash + 1));
        }
        return attribute == null ? null : attribute.value();
    }
}
