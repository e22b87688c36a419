package dev.proa.delivery.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.value.MapValue;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratedSourceTest extends ManifestSourceContract {
    @Override
    protected ManifestSource shop() {
        return GeneratedSource.USUAL;
    }

    @Override
    protected Broken broken() {
        return new Broken(GeneratedSource.USUAL, "");
    }

    @Test
    void hasTheReplicasAndTheEnvironmentThatAreWanted() {
        MapValue deployment = new GeneratedSource(3, Map.of("A", "1: \"x\"", "PORT", "1"), true)
                .render(SETTING)
                .objects()
                .getFirst();
        assertThat(deployment.map("spec").integer("replicas", 0)).isEqualTo(3);
        MapValue container = Templates.pod(deployment).list("containers").map(0);
        assertThat(container.list("env").map(0)).isEqualTo(MapValue.of("name", "PORT", "value", "3000"));
        assertThat(container.list("env").map(1)).isEqualTo(MapValue.of("name", "A", "value", "1: \"x\""));
        assertThat(container.list("env")).hasSize(2);
        assertThat(container.list("envFrom").map(0).map("secretRef").string("name"))
                .isEqualTo("shop-env");
    }
}
