package dev.proa.control.scheduler.plugin.dynamicresources;

import dev.proa.api.core.v1.NodeSelector;
import dev.proa.api.core.v1.NodeSelectorTerm;
import dev.proa.api.resource.v1.DeviceClaimConfiguration;
import dev.proa.api.resource.v1.DeviceClassConfiguration;
import dev.proa.api.resource.v1.DeviceToleration;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes down what was found for a claim, as {@code status.allocation} has it. */
final class AllocationResults {
    private AllocationResults() {}

    /**
     * The allocation of a claim.
     *
     * @param options those that were chosen, one for each request
     */
    static MapValue of(ResourceClaim claim, List<Request.Option> options, List<Allocator.Taken> taken) {
        List<MapValue> results = new ArrayList<>();
        taken.forEach(one -> results.add(result(one)));
        MapValue.Builder devices = MapValue.builder(2).put("results", ListValue.copyOf(results));
        List<MapValue> config = config(claim, options);
        if (!config.isEmpty()) {
            devices.put("config", ListValue.copyOf(config));
        }
        MapValue.Builder allocation = MapValue.builder(2).put("devices", devices.build());
        MapValue selector = nodeSelector(taken);
        if (selector != null) {
            allocation.put("nodeSelector", selector);
        }
        return allocation.build();
    }

    private static MapValue result(Allocator.Taken taken) {
        MapValue.Builder result = MapValue.builder(6)
                .put("request", taken.option().name())
                .put("driver", taken.member().id().driver())
                .put("pool", taken.member().id().pool())
                .put("device", taken.member().id().device());
        if (taken.option().adminAccess()) {
            result.put("adminAccess", true);
        }
        List<MapValue> tolerations = taken.option().tolerations().stream()
                .map(DeviceToleration::value)
                .toList();
        if (!tolerations.isEmpty()) {
            result.put("tolerations", ListValue.copyOf(tolerations));
        }
        return result.build();
    }

    /** First what the classes say, then what the claim says itself. */
    private static List<MapValue> config(ResourceClaim claim, List<Request.Option> options) {
        List<MapValue> config = new ArrayList<>();
        Map<String, List<Request.Option>> byClass = new LinkedHashMap<>();
        options.forEach(option -> byClass.computeIfAbsent(option.type().name(), name -> new ArrayList<>())
                .add(option));
        for (List<Request.Option> same : byClass.values()) {
            ListValue names =
                    ListValue.copyOf(same.stream().map(Request.Option::name).toList());
            for (DeviceClassConfiguration one : same.getFirst().type().spec().config()) {
                config.add(one.value().with("source", "FromClass").with("requests", names));
            }
        }
        for (DeviceClaimConfiguration one : claim.spec().devices().config()) {
            if (one.requests().isEmpty() || options.stream().anyMatch(option -> option.isAmong(one.requests()))) {
                config.add(one.value().with("source", "FromClaim"));
            }
        }
        return config;
    }

    /** Where the devices can be used; null for everywhere. */
    private static @Nullable MapValue nodeSelector(List<Allocator.Taken> taken) {
        Set<MapValue> fields = new LinkedHashSet<>();
        Set<MapValue> expressions = new LinkedHashSet<>();
        for (Allocator.Taken one : taken) {
            Pool.Member member = one.member();
            boolean own = member.slice().perDeviceNodeSelection();
            String node = own ? member.device().nodeName() : member.slice().nodeName();
            if (!node.isEmpty()) {
                return terms(MapValue.of("matchFields", ListValue.of(named(node))));
            }
            NodeSelector selector =
                    own ? member.device().nodeSelector() : member.slice().nodeSelector();
            for (NodeSelectorTerm term : selector.nodeSelectorTerms()) { // validation allows one
                term.matchFields().forEach(field -> fields.add(field.value()));
                term.matchExpressions().forEach(expression -> expressions.add(expression.value()));
            }
        }
        if (fields.isEmpty() && expressions.isEmpty()) {
            return null;
        }
        MapValue.Builder term = MapValue.builder(2);
        if (!fields.isEmpty()) {
            term.put("matchFields", ListValue.copyOf(fields));
        }
        if (!expressions.isEmpty()) {
            term.put("matchExpressions", ListValue.copyOf(expressions));
        }
        return terms(term.build());
    }

    private static MapValue terms(MapValue term) {
        return MapValue.of("nodeSelectorTerms", ListValue.of(term));
    }

    private static MapValue named(String node) {
        return MapValue.of("key", "metadata.name", "operator", "In", "values", ListValue.of(node));
    }
}
