package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.resource.v1.Counter;
import dev.proa.api.resource.v1.DeviceCounterConsumption;
import dev.proa.api.value.Quantity;
import java.util.Map;
import java.util.function.Predicate;

/** Adds up what devices of a pool take of the counters that they share. */
final class Counters {
    private Counters() {}

    /**
     * Whether a device can be added to those in use.
     *
     * @param inUse tells which devices of the pool are
     */
    static boolean suffice(Pool pool, Pool.Member device, Predicate<DeviceId> inUse) {
        for (DeviceCounterConsumption wanted : device.device().consumesCounters()) {
            for (var counter : wanted.counters().entrySet()) {
                Quantity sum = counter.getValue().value_();
                for (Pool.Member other : pool.all()) {
                    if (!other.id().equals(device.id()) && inUse.test(other.id())) {
                        sum = sum.plus(consumed(other, wanted.counterSet(), counter.getKey()));
                    }
                }
                Counter limit = pool.counters()
                        .getOrDefault(wanted.counterSet(), Map.of())
                        .get(counter.getKey());
                if (limit == null || sum.compareTo(limit.value_()) > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static Quantity consumed(Pool.Member device, String set, String counter) {
        Quantity sum = Quantity.ZERO;
        for (DeviceCounterConsumption consumed : device.device().consumesCounters()) {
            if (consumed.counterSet().equals(set) && consumed.counters().containsKey(counter)) {
                sum = sum.plus(consumed.counters().get(counter).value_());
            }
        }
        return sum;
    }
}
