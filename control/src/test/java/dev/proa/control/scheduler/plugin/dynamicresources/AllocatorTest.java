package dev.proa.control.scheduler.plugin.dynamicresources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Node;
import dev.proa.api.resource.v1.DeviceClass;
import dev.proa.api.resource.v1.ResourceClaim;
import dev.proa.api.resource.v1.ResourceSlice;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AllocatorTest {
    private static final Node NODE = new Node(Yaml.decodeMap("{metadata: {name: node-a, labels: {zone: a}}}"));
    private static final String GPUS = "{name: g1, attributes: {model: {string: big}, slot: {int: 1}, numa: {int: 0}},"
            + " capacity: {memory: {value: 40Gi}}}, {name: g2, attributes: {model: {string: small}, slot: {int: 2},"
            + " numa: {int: 1}}, capacity: {memory: {value: 10Gi}}}, {name: g3, attributes: {model: {string: small},"
            + " slot: {int: 3}, numa: {int: 1}}, capacity: {memory: {value: 10Gi}}}";

    private final List<ResourceSlice> slices = new ArrayList<>();
    private final CompiledSelectors selectors = new CompiledSelectors();
    private Set<String> inUse = Set.of();

    private void slice(String spec) {
        slices.add(new ResourceSlice(Yaml.decodeMap("{metadata: {name: s" + slices.size() + "}, spec: {driver:"
                + " example.com, pool: {name: p, generation: 1, resourceSliceCount: 1}, " + spec + "}}")));
    }

    private void gpus() {
        slice("nodeName: node-a, devices: [" + GPUS + "]");
    }

    private static ResourceClaim claim(String devices) {
        return new ResourceClaim(
                Yaml.decodeMap("{metadata: {name: c, namespace: default}, spec: {devices: {" + devices + "}}}"));
    }

    private static String exactly(String name, String more) {
        return "{name: " + name + ", exactly: {deviceClassName: any, allocationMode: ExactCount, count: 1" + more
                + "}}";
    }

    private static String cel(String expression) {
        return ", selectors: [{cel: {expression: '" + expression + "'}}]";
    }

    private @Nullable List<MapValue> allocations(ResourceClaim... claims) {
        DeviceClass any = new DeviceClass(
                Yaml.decodeMap("{metadata: {name: any}, spec: {config: [{opaque: {driver: example.com}}]}}"));
        return new Allocator(
                        NODE,
                        Pool.of(
                                NODE,
                                slices,
                                name -> slices.stream()
                                        .filter(slice -> Pool.name(slice).equals(name))
                                        .toList()),
                        List.of(claims),
                        device -> inUse.contains(device.device()),
                        name -> any,
                        selectors,
                        () -> false)
                .allocate();
    }

    /** What a claim gets, as {@code request=device}; null for nothing. */
    private @Nullable List<String> allocate(String devices) {
        List<MapValue> found = allocations(claim(devices));
        return found == null ? null : results(found.getFirst());
    }

    private static List<String> results(MapValue allocation) {
        return allocation.map("devices").list("results").stream()
                .map(result -> (MapValue) result)
                .map(result -> result.string("request") + "=" + result.string("device"))
                .toList();
    }

    @Test
    void takesTheFirstFreeDeviceThatIsSelected() {
        gpus();
        assertThat(allocate("requests: [" + exactly("r", "") + "]")).containsExactly("r=g1");
        inUse = Set.of("g1");
        assertThat(allocate("requests: [" + exactly("r", "") + "]")).containsExactly("r=g2");
        inUse = Set.of();
        assertThat(allocate("requests: [" + exactly("r", cel("device.attributes[\"example.com\"].model == \"small\""))
                        + "]"))
                .containsExactly("r=g2");
        assertThat(allocate("requests: ["
                        + exactly(
                                "r", cel("device.capacity[\"example.com\"].memory.compareTo(quantity(\"20Gi\")) >= 0"))
                        + "]"))
                .containsExactly("r=g1");
        assertThat(allocate("requests: [" + exactly("r", cel("device.driver == \"other\"")) + "]"))
                .isNull();
    }

    @Test
    void saysWhichSelectorFailed() {
        gpus();
        assertThatThrownBy(() -> allocate(
                        "requests: [" + exactly("r", cel("device.attributes[\"example.com\"].missing == 1")) + "]"))
                .hasMessage("request r: selector #0: CEL runtime error: no such key: missing");
    }

    @Test
    void goesBackWhenTheFirstChoiceLeavesNothingForALaterRequest() {
        gpus();
        assertThat(allocate("requests: [" + exactly("a", "") + ", "
                        + exactly("b", cel("device.attributes[\"example.com\"].slot == 1")) + "]"))
                .containsExactly("a=g2", "b=g1");
        assertThat(allocate("requests: [" + exactly("a", "").replace("count: 1", "count: 4") + "]"))
                .isNull();
        for (String many : List.of("2147483648", "9223372036854775807")) {
            assertThat(allocate("requests: [" + exactly("a", "").replace("count: 1", "count: " + many) + "]"))
                    .as(many)
                    .isNull();
        }
        List<MapValue> two = allocations(
                claim("requests: [" + exactly("a", "") + "]"),
                claim("requests: [" + exactly("b", cel("device.attributes[\"example.com\"].slot == 1")) + "]"));
        assertThat(two).isNotNull().satisfies(found -> {
            assertThat(results(found.getFirst())).containsExactly("a=g2");
            assertThat(results(found.getLast())).containsExactly("b=g1");
        });
    }

    @Test
    void constraintsHoldForAllDevicesOfTheirRequests() {
        gpus();
        String two = "requests: [" + exactly("r", "").replace("count: 1", "count: 2") + "], constraints: [{";
        assertThat(allocate(two + "matchAttribute: example.com/model}]")).containsExactly("r=g2", "r=g3");
        assertThat(allocate(two + "distinctAttribute: example.com/numa}]")).containsExactly("r=g1", "r=g2");
        assertThat(allocate(two + "matchAttribute: example.com/slot}]")).isNull();
        assertThat(allocate(two + "matchAttribute: example.com/missing}]")).isNull();
        assertThat(allocate(two + "requests: [other], matchAttribute: example.com/slot}]"))
                .as("of another request")
                .containsExactly("r=g1", "r=g2");
    }

    @Test
    void takesAllOrNone() {
        gpus();
        String all = "requests: [{name: r, exactly: {deviceClassName: any, allocationMode: All"
                + cel("device.attributes[\"example.com\"].model == \"small\"") + "}}]";
        assertThat(allocate(all)).containsExactly("r=g2", "r=g3");
        inUse = Set.of("g3");
        assertThat(allocate(all)).isNull();
    }

    @Test
    void takesTheBestAlternativeThatThereIs() {
        gpus();
        String two = "requests: [{name: r, firstAvailable: ["
                + "{name: best, deviceClassName: any, allocationMode: ExactCount, count: 2"
                + cel("device.attributes[\"example.com\"].model == \"big\"") + "},"
                + " {name: good, deviceClassName: any, allocationMode: ExactCount, count: 1}]}]";
        assertThat(allocate(two)).containsExactly("r/good=g1");
    }

    @Test
    void administratorsUseWhatOthersHave() {
        gpus();
        inUse = Set.of("g1", "g2", "g3");
        assertThat(allocate("requests: [" + exactly("r", ", adminAccess: true") + "]"))
                .containsExactly("r=g1");
        assertThat(allocate("requests: [" + exactly("r", "") + "]")).isNull();
    }

    @Test
    void taintedDevicesAreForThoseThatTolerateThem() {
        slice("nodeName: node-a, devices: [{name: d, taints: [{key: broken, effect: NoSchedule}]}]");
        assertThat(allocate("requests: [" + exactly("r", "") + "]")).isNull();
        assertThat(allocate("requests: [" + exactly("r", ", tolerations: [{key: broken, operator: Exists}]") + "]"))
                .containsExactly("r=d");
    }

    @Test
    void devicesShareCounters() {
        slices.add(new ResourceSlice(Yaml.decodeMap("{metadata: {name: counters}, spec: {driver: example.com, pool:"
                + " {name: p, generation: 1, resourceSliceCount: 2}, sharedCounters: [{name: gpu, counters: {memory:"
                + " {value: 40Gi}}}]}}")));
        String parts = String.join(
                ", ",
                IntStream.range(0, 5)
                        .mapToObj(i -> "{name: part" + i
                                + ", consumesCounters: [{counterSet: gpu, counters: {memory: {value: 15Gi}}}]}")
                        .toList());
        slices.add(new ResourceSlice(Yaml.decodeMap("{metadata: {name: parts}, spec: {driver: example.com, nodeName:"
                + " node-a, pool: {name: p, generation: 1, resourceSliceCount: 2}, devices: [" + parts + "]}}")));
        assertThat(allocate("requests: [" + exactly("r", "").replace("count: 1", "count: 2") + "]"))
                .containsExactly("r=part0", "r=part1");
        assertThat(allocate("requests: [" + exactly("r", "").replace("count: 1", "count: 3") + "]"))
                .isNull();
        inUse = Set.of("part4");
        assertThat(allocate("requests: [" + exactly("r", "").replace("count: 1", "count: 2") + "]"))
                .isNull();
    }

    @Test
    void onlyWhatTheNodeCanUseAndIsPublishedAsAWhole() {
        slice("nodeName: node-b, devices: [{name: theirs}]");
        assertThat(allocate("requests: [" + exactly("r", "") + "]")).isNull();
        slices.clear();
        slice("nodeSelector: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]},"
                + " devices: [{name: zonal}]");
        List<MapValue> found = allocations(claim("requests: [" + exactly("r", "") + "]"));
        assertThat(found).isNotNull();
        assertThat(found.getFirst()
                        .map("nodeSelector")
                        .list("nodeSelectorTerms")
                        .map(0)
                        .list("matchExpressions"))
                .hasSize(1);
        slices.clear();
        slices.add(new ResourceSlice(Yaml.decodeMap("{metadata: {name: s}, spec: {driver: example.com, allNodes: true,"
                + " pool: {name: p, generation: 2, resourceSliceCount: 2}, devices: [{name: d}]}}")));
        assertThat(allocate("requests: [" + exactly("r", "") + "]"))
                .as("a part")
                .isNull();
        assertThatThrownBy(
                        () -> allocate("requests: [{name: r, exactly: {deviceClassName: any, allocationMode: All}}]"))
                .hasMessageContaining(
                        "asks for all devices, but resource pool example.com/p is currently being updated");
        slices.clear();
        slice("allNodes: true, devices: [{name: d}, {name: d}]");
        assertThatThrownBy(() -> allocate("requests: [" + exactly("r", "") + "]"))
                .isInstanceOf(Allocator.InvalidPools.class);
    }

    @Test
    void writesDownWhatClassAndClaimSay() {
        gpus();
        MapValue found = allocations(
                        claim(
                                "requests: [" + exactly("r", "")
                                        + "], config: [{requests: [r], opaque: {driver: mine}}, {requests: [x], opaque: {driver: not}}]"))
                .getFirst();
        assertThat(found).isEqualTo(Yaml.decodeMap("""
                devices:
                  results: [{request: r, driver: example.com, pool: p, device: g1}]
                  config:
                  - {opaque: {driver: example.com}, source: FromClass, requests: [r]}
                  - {requests: [r], opaque: {driver: mine}, source: FromClaim}
                nodeSelector:
                  nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [node-a]}]}]
                """));
    }
}
