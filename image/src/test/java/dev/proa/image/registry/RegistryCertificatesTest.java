package dev.proa.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import dev.proa.image.tar.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryCertificatesTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    Path directory;

    private HttpsServer server;
    private KeyStore keys;

    @BeforeEach
    void start() throws Exception {
        Path file = directory.resolve("keys.p12");
        new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "password",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters both = getSSLContext().getDefaultSSLParameters();
                both.setNeedClientAuth(true);
                parameters.setSSLParameters(both);
            }
        });
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind
                + "-----\n";
    }

    private void pull(Path folder) {
        String host = "localhost:" + server.getAddress().getPort();
        try (RegistryClient client = new RegistryClient(
                Set.of(), UnpackLimits.DEFAULT, new RegistryCertificates(List.of(folder)), 1 << 20)) {
            client.pull(
                    Reference.parse(host + "/app:1"),
                    Platform.host(),
                    null,
                    ImageStore.open(directory.resolve("store")));
        }
    }

    @Test
    void trustsAndShowsWhatTheFolderSays() throws Exception {
        Path folder = Files.createDirectories(
                directory.resolve("certs.d/localhost:" + server.getAddress().getPort()));
        byte[] certificate = keys.getCertificate("test").getEncoded();
        Key key = keys.getKey("test", PASSWORD);
        Files.writeString(folder.resolve("ca.crt"), pem("CERTIFICATE", certificate));
        assertThatThrownBy(() -> pull(directory.resolve("certs.d")))
                .isInstanceOfSatisfying(
                        ImageFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(ImageFailure.Reason.UNAVAILABLE));

        Files.writeString(folder.resolve("client.cert"), pem("CERTIFICATE", certificate));
        Files.writeString(folder.resolve("client.key"), pem("PRIVATE KEY", key.getEncoded()));
        assertThatThrownBy(() -> pull(directory.resolve("certs.d")))
                .isInstanceOfSatisfying(
                        ImageFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(ImageFailure.Reason.NOT_FOUND));
    }

    @Test
    void saysWhatIsWrongWithAKey() throws IOException {
        Path folder = Files.createDirectories(
                directory.resolve("certs.d/localhost:" + server.getAddress().getPort()));
        Files.writeString(folder.resolve("client.cert"), "");
        Files.writeString(folder.resolve("client.key"), pem("EC PRIVATE KEY", new byte[] {1}));

        assertThatThrownBy(() -> pull(directory.resolve("certs.d"))).hasMessageContaining("openssl pkcs8");
    }
}
