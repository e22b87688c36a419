package dev.proa.node.proxy;

import dev.proa.client.ObjectKey;
import dev.proa.node.proxy.ServiceRules.Backend;
import dev.proa.node.proxy.ServiceRules.Chain;
import dev.proa.node.proxy.ServiceRules.Entry;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The packet rules of all services, changed service by service. When several services want one destination, such as an
 * external address, the first of them by namespace and name gets it. Not thread-safe.
 */
final class ServiceRuleSet {
    private final Map<ObjectKey, ServiceRules> services = new HashMap<>();
    /** Which service has a destination. */
    private final Map<Entry, ObjectKey> owners = new HashMap<>();
    /** Which services want a destination, for those that several want. */
    private final Map<Entry, TreeSet<ObjectKey>> contested = new HashMap<>();

    /** What a change concerns, before and after it: chains and entries that are in neither stay as they are. */
    record Change(ServiceRules from, ServiceRules to) {}

    /** The services that have rules. */
    Set<ObjectKey> services() {
        return Collections.unmodifiableSet(services.keySet());
    }

    /** Replaces the rules of some services; {@link ServiceRules#NONE} removes one. */
    Change apply(Map<ObjectKey, ServiceRules> wanted) {
        Map<ObjectKey, ServiceRules> changed = new LinkedHashMap<>();
        Set<Entry> touched = new LinkedHashSet<>();
        Map<String, Chain> chainsBefore = new LinkedHashMap<>();
        Map<String, Chain> chainsAfter = new LinkedHashMap<>();
        wanted.forEach((key, after) -> {
            ServiceRules before = services.getOrDefault(key, ServiceRules.NONE);
            if (!before.equals(after)) {
                changed.put(key, after);
                touched.addAll(before.entries().keySet());
                touched.addAll(after.entries().keySet());
                chainsBefore.putAll(before.chains());
                chainsAfter.putAll(after.chains());
            }
        });
        ServiceRules from = rules(chainsBefore, touched);
        changed.forEach(this::replace);
        return new Change(from, rules(chainsAfter, touched));
    }

    /** All rules. */
    ServiceRules all() {
        Map<String, Chain> chains = new LinkedHashMap<>();
        services.values().forEach(rules -> chains.putAll(rules.chains()));
        return rules(chains, owners.keySet());
    }

    private void replace(ObjectKey key, ServiceRules after) {
        ServiceRules before = services.getOrDefault(key, ServiceRules.NONE);
        before.entries().keySet().forEach(entry -> leave(entry, key));
        after.entries().keySet().forEach(entry -> claim(entry, key));
        if (after.equals(ServiceRules.NONE)) {
            services.remove(key);
        } else {
            services.put(key, after);
        }
    }

    private void claim(Entry entry, ObjectKey key) {
        ObjectKey owner = owners.putIfAbsent(entry, key);
        if (owner != null) {
            TreeSet<ObjectKey> rivals = contested.computeIfAbsent(entry, absent -> new TreeSet<>());
            rivals.add(owner);
            rivals.add(key);
            owners.put(entry, rivals.getFirst());
        }
    }

    private void leave(Entry entry, ObjectKey key) {
        TreeSet<ObjectKey> rivals = contested.get(entry);
        if (rivals == null) {
            owners.remove(entry);
            return;
        }
        rivals.remove(key);
        owners.put(entry, rivals.getFirst());
        if (rivals.size() == 1) {
            contested.remove(entry);
        }
    }

    /** These chains, and what these destinations lead to now. */
    private ServiceRules rules(Map<String, Chain> chains, Set<Entry> destinations) {
        Map<Entry, String> entries = new LinkedHashMap<>();
        Map<Entry, Set<Backend>> datagrams = new HashMap<>();
        for (Entry entry : destinations) {
            ObjectKey owner = owners.get(entry);
            ServiceRules rules = owner == null ? null : services.get(owner);
            if (rules != null) {
                putIfPresent(entries, entry, rules.entries().get(entry));
                putIfPresent(datagrams, entry, rules.datagrams().get(entry));
            }
        }
        return new ServiceRules(chains, entries, datagrams);
    }

    private static <V> void putIfPresent(Map<Entry, V> map, Entry entry, @Nullable V value) {
        if (value != null) {
            map.put(entry, value);
        }
    }
}
