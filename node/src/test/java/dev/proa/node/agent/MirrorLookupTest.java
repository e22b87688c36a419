package dev.proa.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.http.Connection;
import dev.proa.image.registry.RegistryMirror;
import dev.proa.testing.FakeTransport;
import dev.proa.testing.SimulatedClock;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MirrorLookupTest {
    private final FakeTransport transport = new FakeTransport(new SimulatedClock());
    private final Client client = new Client(transport);

    @AfterEach
    void close() {
        client.close();
    }

    private MirrorLookup lookup(RegistrySource source) {
        Connection connection = Connection.withToken(URI.create("https://127.0.0.1:6443"), null, "");
        return new MirrorLookup(source, client, () -> connection);
    }

    private ConfigMap told(String url) {
        return new AdvertisedRegistry(URI.create(url), "localhost:5001").toConfigMap();
    }

    @Test
    void followsWhatTheClusterTells() {
        MirrorLookup lookup = lookup(new RegistrySource.Advertised());
        assertThat(lookup.get()).isNull();

        var maps = client.resource(ConfigMap.KIND).in("kube-public");
        ConfigMap made = maps.create(told("https://127.0.0.1:5001"));
        RegistryMirror found = Objects.requireNonNull(lookup.get());
        assertThat(found.url()).isEqualTo(URI.create("https://127.0.0.1:5001"));
        assertThat(found.ownHost()).isEqualTo("localhost:5001");
        assertThat(found.tls()).isNotNull();
        assertThat(lookup.get()).as("its connections can be used again").isEqualTo(found);

        transport.intercept(request -> {
            throw new TransportException("no route", new IOException("no route"));
        });
        assertThat(lookup.get()).as("while the API server is away").isEqualTo(found);
        transport.intercept(UnaryOperator.identity());

        made = maps.update(made.withData(told("https://127.0.0.1:5002").data()));
        assertThat(Objects.requireNonNull(lookup.get()).url().getPort()).isEqualTo(5002);
        for (String wrong : new String[] {"", "127.0.0.1:5001", "ftp://x", ":"}) {
            made = maps.update(made.withData(Map.of("url", wrong)));
            assertThat(lookup.get()).as(wrong).isNull();
        }
    }

    @Test
    void asksWhatItIsTold() {
        client.resource(ConfigMap.KIND).in("kube-public").create(told("https://127.0.0.1:5001"));
        assertThat(lookup(new RegistrySource.None()).get()).isNull();
        RegistryMirror mirror =
                Objects.requireNonNull(lookup(new RegistrySource.At(URI.create("https://127.0.0.3:6000")))
                        .get());
        assertThat(mirror.url()).hasPort(6000);
        assertThat(mirror.ownHost()).isEmpty();
    }
}
