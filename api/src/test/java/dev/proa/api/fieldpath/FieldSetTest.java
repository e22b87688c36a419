package dev.proa.api.fieldpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.Tries;
import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FieldSetTest {
    private static final String[] ELEMENTS = {
        "f:a", "f:b", "f:c", "k:{\"name\":\"x\"}", "k:{\"port\":80,\"protocol\":\"TCP\"}", "v:\"x\"", "v:1"
    };

    private static FieldSet parse(String json) {
        return FieldSet.parse(Json.decodeMap(json));
    }

    @Test
    void showsPathsInTheOrderOfTheirElements() {
        FieldSet set =
                parse("{'f:spec':{'f:ports':{'.':{},'k:{\"port\":443,\"protocol\":\"TCP\"}':{'.':{},'f:port':{}},"
                                .replace('\'', '"')
                                .replace(
                                        "\"k:{\"port\":443,\"protocol\":\"TCP\"}\"",
                                        "\"k:{\\\"port\\\":443,\\\"protocol\\\":\\\"TCP\\\"}\"")
                        + "\"k:{\\\"port\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{}}},"
                        + "\"f:metadata\":{\"f:finalizers\":{\"v:\\\"x\\\"\":{}},\"f:name\":{}}}");
        assertThat(set.toString().lines())
                .containsExactly(
                        ".metadata.name",
                        ".metadata.finalizers[=\"x\"]",
                        ".spec.ports",
                        ".spec.ports[port=80,protocol=\"TCP\"]",
                        ".spec.ports[port=443,protocol=\"TCP\"]",
                        ".spec.ports[port=443,protocol=\"TCP\"].port");
        assertThat(set.size()).isEqualTo(6);
    }

    @Test
    void writesElementsInOneWay() {
        FieldSet set = parse("{\"k:{ \\\"b\\\": \\\"<\\\", \\\"a\\\":1 }\":null,\"x:future\":{},\"f:a\":{\".\":{}}}");
        assertThat(set.fieldsV1())
                .isEqualTo(MapValue.of("f:a", MapValue.EMPTY, "k:{\"a\":1,\"b\":\"\\u003c\"}", MapValue.EMPTY));
    }

    @Test
    void refusesWhatIsNoSet() {
        assertThatThrownBy(() -> parse("{\"f\":{}}")).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> parse("{\"name\":{}}")).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> parse("{\"k:{\":{}}")).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> parse("{\"i:x\":{}}")).isInstanceOf(DecodeException.class);
        assertThatThrownBy(() -> parse("{\"f:a\":1}")).isInstanceOf(DecodeException.class);
        assertThat(FieldSet.parse(null)).isEqualTo(FieldSet.EMPTY);
    }

    /** The operations do what they do on sets of paths. */
    @Test
    void areSetsOfPaths() {
        Tries.run(2_000, random -> {
            Set<List<String>> a = paths(random);
            Set<List<String>> b = random.nextInt(4) == 0 ? a : paths(random);
            FieldSet left = of(a);
            FieldSet right = of(b);
            assertThat(paths(left)).isEqualTo(a);
            assertThat(FieldSet.parse(Json.decode(Json.encode(left.fieldsV1()))))
                    .isEqualTo(left);
            assertThat(left.shared()).isEqualTo(left);

            Set<List<String>> union = new HashSet<>(a);
            union.addAll(b);
            assertThat(left.union(right)).isEqualTo(of(union));
            Set<List<String>> difference = new HashSet<>(a);
            difference.removeAll(b);
            assertThat(left.difference(right)).isEqualTo(of(difference));
            Set<List<String>> intersection = new HashSet<>(a);
            intersection.retainAll(b);
            assertThat(left.intersection(right)).isEqualTo(of(intersection));
            Set<List<String>> outside = new HashSet<>(a);
            outside.removeIf(path -> b.stream().anyMatch(prefix -> starts(path, prefix)));
            assertThat(left.recursiveDifference(right)).isEqualTo(of(outside));
            Set<List<String>> leaves = new HashSet<>(a);
            leaves.removeIf(path -> a.stream().anyMatch(other -> !other.equals(path) && starts(other, path)));
            assertThat(left.leaves()).isEqualTo(of(leaves));
            assertThat(left.size()).isEqualTo(a.size());
            a.forEach(path -> assertThat(left.has(elements(path))).isTrue());
            b.forEach(path -> assertThat(left.has(elements(path))).isEqualTo(a.contains(path)));
        });
    }

    @Test
    void sharesWhatIsTheSame() {
        FieldSet set = parse("{\"f:spec\":{\"f:replicas\":{},\"f:template\":{\"f:spec\":{}}}}");
        assertThat(set.union(parse("{\"f:spec\":{\"f:replicas\":{}}}"))).isSameAs(set);
        assertThat(set.difference(parse("{\"f:spec\":{\"f:paused\":{}}}"))).isSameAs(set);
        FieldSet twin = parse(Json.toString(set.fieldsV1()));
        assertThat(twin.shared().fieldsV1()).isSameAs(set.shared().fieldsV1());
    }

    private static List<PathElement> elements(List<String> path) {
        return path.stream().map(PathElement::parse).collect(Collectors.toList());
    }

    private static boolean starts(List<String> path, List<String> prefix) {
        return path.size() >= prefix.size() && path.subList(0, prefix.size()).equals(prefix);
    }

    private static Set<List<String>> paths(Random random) {
        Set<List<String>> paths = new HashSet<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            List<String> path = new ArrayList<>();
            for (int j = random.nextInt(4); j >= 0; j--) {
                path.add(Tries.pick(random, ELEMENTS));
            }
            paths.add(List.copyOf(path));
        }
        return paths;
    }

    private static Set<List<String>> paths(FieldSet set) {
        Set<List<String>> paths = new HashSet<>();
        set.forEach(path -> paths.add(path.stream().map(PathElement::text).toList()));
        return paths;
    }

    private static FieldSet of(Collection<List<String>> paths) {
        MapValue root = MapValue.EMPTY;
        TreeMap<String, List<List<String>>> below = new TreeMap<>();
        paths.forEach(path ->
                below.computeIfAbsent(path.getFirst(), any -> new ArrayList<>()).add(path.subList(1, path.size())));
        for (String element : below.keySet()) {
            root = root.with(element, node(below.get(element)));
        }
        return FieldSet.of(root);
    }

    private static MapValue node(Collection<List<String>> paths) {
        List<List<String>> below = new ArrayList<>(paths);
        boolean member = below.removeIf(List::isEmpty);
        MapValue node = of(below).fieldsV1();
        return member && !node.isEmpty() ? node.with(FieldSet.SELF, MapValue.EMPTY) : node;
    }
}
