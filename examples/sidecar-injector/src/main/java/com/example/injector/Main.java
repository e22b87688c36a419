package com.example.injector;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import jakarta.json.Json;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;

/**
 * Starts the webhook: an HTTPS server that answers the reviews of an API server at {@code /mutate}.
 *
 * <p>The environment says where its files are: {@code KEYSTORE} (PKCS #12, with {@code password} beside it) and {@code SIDECAR}, and which {@code PORT} it has.
 */
public final class Main {
    private static final int SECONDS_TO_DRAIN = 10;

    private Main() {}

    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        HttpsServer server = start(
                Integer.parseInt(environment("PORT", "8443")),
                Path.of(environment("KEYSTORE", "/etc/tls/webhook.p12")),
                Path.of(environment("SIDECAR", "/etc/sidecar/sidecar.json")));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(SECONDS_TO_DRAIN)));
        System.out.println("Listening on port " + server.getAddress().getPort());
    }

    static HttpsServer start(int port, Path keystore, Path sidecar) throws IOException, GeneralSecurityException {
        Injector injector;
        try (Reader text = Files.newBufferedReader(sidecar);
                JsonReader reader = Json.createReader(text)) {
            injector = new Injector(reader.readObject());
        }
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(new KeyManager[] {new ReloadedKey(keystore)}, null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/mutate", new ReviewHandler(injector));
        server.createContext("/healthz", exchange -> ReviewHandler.answer(exchange, 200, "ok\n"));
        server.start();
        return server;
    }

    private static String environment(String name, String usual) {
        return System.getenv().getOrDefault(name, usual);
    }
}
