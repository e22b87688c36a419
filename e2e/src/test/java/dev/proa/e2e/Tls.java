package dev.proa.e2e;

import dev.proa.server.pki.CertificateAndKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Somebody who asks servers of a cluster's machine by HTTPS, and shows a certificate or none. */
final class Tls {
    private final SSLContext context;

    /** @param pair null to show none */
    Tls(@Nullable CertificateAndKey pair) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            if (pair != null) {
                store.setKeyEntry("me", pair.key(), new char[0], new Certificate[] {pair.certificate()});
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), new TrustManager[] {new Credulous()}, null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This JDK cannot do TLS", e);
        }
    }

    /**
     * Asks once.
     *
     * @return the status of the answer; 0 when there is none, because the connection is refused or closed
     */
    int status(TestCluster cluster, InetSocketAddress server, String method, String path, String... headers)
            throws IOException {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: test\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        request.append("Connection: close\r\n\r\n");
        return cluster.inside(() -> {
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
                socket.setSoTimeout(30_000);
                socket.connect(server, 5_000);
                socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.US_ASCII));
                String line = new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                        .readLine();
                return line == null ? 0 : Integer.parseInt(line.split(" ")[1]);
            } catch (java.net.SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                return 0;
            }
        });
    }

    /** A connection on which nothing was asked yet. */
    SSLSocket connect(TestCluster cluster, InetSocketAddress server) throws IOException {
        return cluster.inside(() -> {
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
            socket.setSoTimeout(30_000);
            socket.connect(server, 5_000);
            socket.startHandshake();
            return socket;
        });
    }

    /**
     * Shakes hands by one suite alone. In the calling thread's network namespace.
     *
     * @throws javax.net.ssl.SSLException when the server does not take it
     */
    void handshake(InetSocketAddress server, String version, String suite) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
            socket.setSoTimeout(30_000);
            socket.setEnabledProtocols(new String[] {version});
            socket.setEnabledCipherSuites(new String[] {suite});
            socket.connect(server, 5_000);
            socket.startHandshake();
        }
    }

    /**
     * A connection over one that is open already, before its handshake.
     *
     * @param protocols of ALPN; none to offer none
     */
    SSLSocket over(Socket plain, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(plain, plain.getInetAddress().getHostAddress(), plain.getPort(), true);
        if (protocols.length > 0) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            socket.setSSLParameters(parameters);
        }
        return socket;
    }

    /** Trusts every server: it is the server's trust that is tested. */
    private static final class Credulous implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
