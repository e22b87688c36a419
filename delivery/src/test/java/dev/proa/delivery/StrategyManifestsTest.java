package dev.proa.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.Strategy;
import dev.proa.delivery.source.GeneratedSource;
import dev.proa.delivery.source.ManifestSource.Setting;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of manifests for each strategy. */
class StrategyManifestsTest {
    private static final List<MapValue> PLAIN = new ArrayList<>(GeneratedSource.USUAL
            .render(new Setting("web", "default", 8080, true))
            .objects()
            .reversed()); // the Service first

    private static List<String> names(List<MapValue> manifests) {
        return manifests.stream()
                .map(each -> each.string("kind") + " " + each.map("metadata").string("name"))
                .toList();
    }

    private static MapValue find(List<MapValue> manifests, String kind, String name) {
        return manifests.stream()
                .filter(each -> each.string("kind").equals(kind)
                        && each.map("metadata").string("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rollingLeavesEverythingAsItIs() {
        assertThat(StrategyManifests.of(PLAIN, Strategy.ROLLING)).isEqualTo(PLAIN);
    }

    @Test
    void canaryHasARolloutBehindTheEntryProxy() {
        List<MapValue> all = StrategyManifests.of(PLAIN, Strategy.CANARY);
        assertThat(names(all))
                .containsExactly(
                        "Service web-stable",
                        "Service web-canary",
                        "Service web",
                        "AnalysisTemplate web-requests",
                        "Rollout web");
        MapValue service = find(all, "Service", "web");
        assertThat(service.map("spec").has("selector")).isFalse();
        assertThat(service.map("metadata").map("annotations").string("proa.dev/entry"))
                .isEqualTo("web-stable");
        assertThat(service.map("spec").string("type")).isEqualTo("NodePort");
        MapValue stable = find(all, "Service", "web-stable");
        assertThat(stable.map("spec").has("type")).isFalse();
        assertThat(stable.map("spec").map("selector").string("app.kubernetes.io/name"))
                .isEqualTo("web");
        MapValue rollout = find(all, "Rollout", "web").map("spec");
        assertThat(rollout.map("template"))
                .isEqualTo(find(PLAIN, "Deployment", "web").map("spec").map("template"));
        assertThat(rollout.integer("replicas", 0)).isEqualTo(2);
        MapValue canary = rollout.map("strategy").map("canary");
        assertThat(canary.string("stableService")).isEqualTo("web-stable");
        assertThat(canary.map("trafficRouting")
                        .map("plugins")
                        .map("proa.dev/entry")
                        .string("service"))
                .isEqualTo("web");
        assertThat(canary.map("analysis").list("templates").map(0).string("templateName"))
                .isEqualTo("web-requests");
        assertThat(canary.list("steps").map(0).integer("setWeight", 0)).isEqualTo(10);
    }

    @Test
    void blueGreenHasTheSameServices() {
        List<MapValue> all = StrategyManifests.of(PLAIN, Strategy.BLUE_GREEN);
        assertThat(names(all)).isEqualTo(names(StrategyManifests.of(PLAIN, Strategy.CANARY)));
        MapValue blueGreen =
                find(all, "Rollout", "web").map("spec").map("strategy").map("blueGreen");
        assertThat(blueGreen.string("activeService")).isEqualTo("web-stable");
        assertThat(blueGreen.string("previewService")).isEqualTo("web-canary");
        assertThat(blueGreen.map("prePromotionAnalysis").list("args").size()).isEqualTo(2);
    }

    @Test
    void newVersionGetsCopiesBeforeItTakesOverBlueGreen() {
        MapValue service = find(StrategyManifests.of(PLAIN, Strategy.BLUE_GREEN), "Service", "web");
        assertThat(service.map("metadata").map("annotations").string("proa.dev/entry"))
                .isEqualTo("[{\"preview\":\"web-canary\",\"service\":\"web-stable\"}]");
    }

    @Test
    void deploymentThatNoServiceLeadsToStaysOne() {
        List<MapValue> alone = PLAIN.stream()
                .filter(each -> !each.string("kind").equals("Service"))
                .toList();
        assertThat(StrategyManifests.of(alone, Strategy.CANARY)).isEqualTo(alone);
    }

    @Test
    void objectsOfTheOtherStrategyAreSuperseded() {
        List<Inventory.Item> rolling =
                Inventory.of("", 0, Strategy.ROLLING, PLAIN).objects();
        List<Inventory.Item> canary = Inventory.of("", 0, Strategy.CANARY, StrategyManifests.of(PLAIN, Strategy.CANARY))
                .objects();
        assertThat(rolling.stream().filter(item -> !canary.contains(item)))
                .allMatch(item -> StrategyManifests.supersedes(canary, item))
                .hasSize(1);
        assertThat(canary.stream().filter(item -> !rolling.contains(item)))
                .allMatch(item -> StrategyManifests.supersedes(rolling, item))
                .hasSize(4);
        Inventory.Item other = new Inventory.Item("v1", "Service", "default", "shop-stable");
        assertThat(StrategyManifests.supersedes(rolling, other)).isFalse();
    }
}
