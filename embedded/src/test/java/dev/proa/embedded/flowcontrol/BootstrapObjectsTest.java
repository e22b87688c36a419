package dev.proa.embedded.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Yaml;
import dev.proa.api.value.MapValue;
import org.junit.jupiter.api.Test;

/** Whose the objects are that every cluster has. */
class BootstrapObjectsTest {
    private static final MapValue WANTED = Yaml.decodeMap("{metadata: {name: a}, spec: {shares: 5}}");

    private static MapValue object(int generation, String annotation, int shares) {
        return Yaml.decodeMap("{metadata: {name: a, generation: " + generation + ", annotations: {" + annotation
                + "}}, spec: {shares: " + shares + "}}");
    }

    @Test
    void mandatoryOnesAreAlwaysAsTheyShouldBe() {
        assertThat(BootstrapObjects.revised(object(3, "apf.kubernetes.io/autoupdate-spec: 'false'", 7), WANTED, true))
                .isEqualTo(object(3, "apf.kubernetes.io/autoupdate-spec: 'true'", 5));
        MapValue right = object(3, "apf.kubernetes.io/autoupdate-spec: 'true'", 5);
        assertThat(BootstrapObjects.revised(right, WANTED, true)).isEqualTo(right);
    }

    @Test
    void suggestedOnesAreWhoseTheirAnnotationSays() {
        assertThat(BootstrapObjects.revised(object(3, "apf.kubernetes.io/autoupdate-spec: 'true'", 7), WANTED, false))
                .isEqualTo(object(3, "apf.kubernetes.io/autoupdate-spec: 'true'", 5));
        MapValue users = object(3, "apf.kubernetes.io/autoupdate-spec: 'false'", 7);
        assertThat(BootstrapObjects.revised(users, WANTED, false)).isEqualTo(users);
    }

    @Test
    void withoutAnAnnotationThoseThatNobodyChangedFollow() {
        assertThat(BootstrapObjects.revised(object(1, "x: 'y'", 7), WANTED, false))
                .isEqualTo(object(1, "x: 'y', apf.kubernetes.io/autoupdate-spec: 'true'", 5));
        assertThat(BootstrapObjects.revised(object(2, "apf.kubernetes.io/autoupdate-spec: maybe", 7), WANTED, false))
                .isEqualTo(object(2, "apf.kubernetes.io/autoupdate-spec: 'false'", 7));
    }
}
