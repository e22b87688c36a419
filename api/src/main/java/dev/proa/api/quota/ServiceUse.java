package dev.proa.api.quota;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Quantity;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Services, with the node ports and load balancers that they ask for. */
record ServiceUse() implements Evaluator {
    private static final String COUNT = ObjectCount.PREFIX + "services";
    private static final String NODE_PORTS = "services.nodeports";
    private static final String LOAD_BALANCERS = "services.loadbalancers";
    private static final Set<String> NAMES = Set.of(COUNT, "services", NODE_PORTS, LOAD_BALANCERS);

    @Override
    public String resource() {
        return "services";
    }

    @Override
    public boolean tracks(String name) {
        return NAMES.contains(name);
    }

    @Override
    public Map<String, Quantity> usage(MapValue service) {
        MapValue spec = service.map("spec");
        boolean balanced = spec.string("type").equals("LoadBalancer");
        Map<String, Quantity> usage = new TreeMap<>();
        usage.put(COUNT, Quantity.of(1));
        usage.put("services", Quantity.of(1));
        usage.put(LOAD_BALANCERS, Quantity.of(balanced ? 1 : 0));
        usage.put(NODE_PORTS, Quantity.of(nodePorts(spec, balanced)));
        return usage;
    }

    /** How many node ports the service wants: they are given later. */
    private static long nodePorts(MapValue spec, boolean balanced) {
        ListValue ports = spec.list("ports");
        if (balanced && Boolean.FALSE.equals(spec.get("allocateLoadBalancerNodePorts"))) {
            return IntStream.range(0, ports.size())
                    .filter(i -> ports.map(i).integer("nodePort", 0) != 0)
                    .count();
        }
        return balanced || spec.string("type").equals("NodePort") ? ports.size() : 0;
    }

    @Override
    public boolean countsUpdate(String subresource, MapValue object, MapValue old) {
        return subresource.isEmpty();
    }

    @Override
    public boolean isToBeRecounted(MapValue before, MapValue after) {
        return !Amounts.equal(usage(before), usage(after));
    }
}
