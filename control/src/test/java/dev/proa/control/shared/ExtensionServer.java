package dev.proa.control.shared;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.proa.api.apiregistration.v1.APIService;
import dev.proa.api.codec.Json;
import dev.proa.api.codec.Yaml;
import dev.proa.api.core.v1.Service;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An extension API server on loopback that answers whoever asks; a request has a virtual thread. */
public final class ExtensionServer implements AutoCloseable {
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public ExtensionServer(HttpHandler handler) throws Exception {
        CertificateAndKey pair = Pki.inMemory(Clock.systemUTC()).server(List.of());
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("server", pair.key(), new char[0], new Certificate[] {pair.certificate()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(threads);
        server.createContext("/", handler);
        server.start();
    }

    /** Has the API server pass it the requests for {@code groups}, each as {@code group/version}. */
    public void register(Client client, String... groups) {
        client.resource(Service.KIND).in("default").create(new Service(Yaml.decodeMap("""
                {metadata: {name: extension}, spec: {type: ExternalName, externalName: localhost}}
                """)));
        for (String group : groups) {
            int slash = group.indexOf('/');
            String name = group.substring(0, slash);
            String version = group.substring(slash + 1);
            client.resource(APIService.KIND).create(new APIService(Yaml.decodeMap("""
                    metadata: {name: %s}
                    spec:
                      group: %s
                      version: %s
                      groupPriorityMinimum: 1000
                      versionPriority: 10
                      insecureSkipTLSVerify: true
                      service: {namespace: default, name: extension, port: %d}
                    """.formatted(
                    version + "." + name, name, version, server.getAddress().getPort()))));
        }
    }

    /** Answers a request. */
    public static void answer(HttpExchange exchange, int code, MapValue object) throws IOException {
        try (exchange) {
            byte[] bytes = Json.encode(object);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(code, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
