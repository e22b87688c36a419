package dev.proa.control.disruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport;
import dev.proa.control.disruption.ControllerScales.Scale;
import dev.proa.control.disruption.ControllerScales.UnknownScaleException;
import dev.proa.testing.SimulatedClock;
import org.junit.jupiter.api.Test;

class ScaleSubresourcesTest {
    private static final OwnerReference OWNER = new OwnerReference(
            Yaml.decodeMap("{apiVersion: example.com/v1, kind: Set, name: mine, uid: u, controller: true}"));

    /** An API server whose one set wants so many pods. */
    private record Server(long replicas) implements Transport {
        @Override
        public MapValue call(Request request) {
            return switch (request.path()) {
                case "/apis/example.com/v1" ->
                    Yaml.decodeMap("{resources: [{name: sets, kind: Set}, {name: sets/scale, kind: Scale}]}");
                case "/apis/example.com/v1/namespaces/default/sets/mine/scale" ->
                    Yaml.decodeMap("{metadata: {uid: u}, spec: {replicas: " + replicas + "}}");
                default -> throw new AssertionError(request.path());
            };
        }

        @Override
        public EventStream watch(Request request) {
            throw new AssertionError(request.path());
        }

        @Override
        public void close() {}
    }

    private static Scale find(long replicas) {
        try (Client client = new Client(new Server(replicas))) {
            return new ScaleSubresources(client, new SimulatedClock()).find("default", OWNER);
        }
    }

    @Test
    void tellHowManyPodsAreWanted() {
        assertThat(find(4)).isEqualTo(new Scale("u", 4));
        assertThat(find(Integer.MAX_VALUE)).isEqualTo(new Scale("u", Integer.MAX_VALUE));
    }

    /** Proa's own API server refuses such a scale, but there are extension servers. */
    @Test
    void tellWhatIsNoNumberOfPods() {
        assertThatThrownBy(() -> find(3_000_000_000L))
                .isInstanceOf(UnknownScaleException.class)
                .hasMessage("the scale of sets/mine has spec.replicas 3000000000, which is no 32-bit number");
    }
}
