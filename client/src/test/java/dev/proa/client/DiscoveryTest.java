package dev.proa.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.codec.Yaml;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.EventStream;
import dev.proa.client.Transport.Request;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A group whose preferred version is served by somebody who does not answer. */
class DiscoveryTest {
    private final Discovery discovery = new Discovery(new Transport() {
        @Override
        public MapValue call(Request request) {
            return switch (request.path()) {
                case "/apis/g" -> Yaml.decodeMap("""
                        {preferredVersion: {version: v2}, versions: [{version: v2}, {version: v1}, {version: v0}]}""");
                case "/apis/g/v1" -> Yaml.decodeMap("""
                        {resources: [{name: things, kind: Thing, verbs: [get]}, {name: things/scale, kind: Scale}]}""");
                case "/apis/g/v2" -> throw StatusException.serviceUnavailable("nobody answers");
                default -> throw StatusException.notFound();
            };
        }

        @Override
        public EventStream watch(Request request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    });

    @Test
    void findsAKindInAnotherVersion() {
        assertThat(Objects.requireNonNull(discovery.find("g", "Thing")).version())
                .isEqualTo("v1");
    }

    @Test
    void saysThatAVersionCouldNotBeReadRatherThanThatItHasNoKind() {
        assertThatThrownBy(() -> discovery.find("g", "Other")).hasMessage("nobody answers");
        assertThatThrownBy(() -> discovery.find("g", "Scale")).hasMessage("nobody answers");
        assertThat(discovery.find("none", "Thing")).isNull();
    }
}
