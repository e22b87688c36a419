package dev.proa.node.kubelet.probe;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.ContainerPort;
import dev.proa.api.core.v1.HTTPGetAction;
import dev.proa.api.value.IntOrString;
import dev.proa.node.network.NodeNamespace;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * HTTP GET and TCP checks for probes and hooks: one blocking socket each, without a pool. Redirects are not followed; a
 * status of 200-399 is success. HTTPS does not verify certificates, as Kubernetes documents it.
 */
public final class HttpProbes {
    private static final int LONGEST_ANSWER = 10 * 1024;

    private final @Nullable NodeNamespace place;

    /** @param place the probing node's place in the network; null for this process' network */
    public HttpProbes(@Nullable NodeNamespace place) {
        this.place = place;
    }

    /** The address that a socket of this process is bound to in order to reach pods; null for none. */
    @Nullable
    Inet4Address from() {
        return place == null ? null : place.machine();
    }

    private Socket socket() throws IOException {
        return place == null ? new Socket() : place.socket();
    }

    /** @param message for users; after success the beginning of the response */
    public record Outcome(boolean success, String message) {}

    /**
     * Blocks for at most {@code timeout}.
     *
     * @param address the pod's address, used unless the action names a host
     */
    public Outcome get(HTTPGetAction action, String address, Container container, Duration timeout) {
        String host = action.host().isEmpty() ? address : action.host();
        boolean tls = action.scheme().equalsIgnoreCase("HTTPS");
        int port;
        try {
            port = port(action.port(), container);
        } catch (IllegalArgumentException e) {
            return new Outcome(false, String.valueOf(e.getMessage()));
        }
        String path =
                action.path().isEmpty() ? "/" : action.path().startsWith("/") ? action.path() : "/" + action.path();
        String url = (tls ? "https" : "http") + "://" + host + ":" + port + path;
        try (Socket socket = connect(host, port, tls, timeout)) {
            socket.getOutputStream().write(request(action, host, port, path).getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            byte[] bytes = socket.getInputStream().readNBytes(LONGEST_ANSWER);
            return judge(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return new Outcome(false, "Get \"" + url + "\": " + explain(e, host, port));
        }
    }

    /** Blocks until connected, for at most {@code timeout}. */
    Outcome connect(String host, IntOrString port, Container container, Duration timeout) {
        int number;
        try {
            number = port(port, container);
        } catch (IllegalArgumentException e) {
            return new Outcome(false, String.valueOf(e.getMessage()));
        }
        try (Socket socket = socket()) {
            socket.connect(new InetSocketAddress(host, number), millis(timeout));
            return new Outcome(true, "");
        } catch (IOException e) {
            return new Outcome(false, explain(e, host, number));
        }
    }

    /** The number of a port that is given as such or by the name it has in the container. */
    static int port(IntOrString port, Container container) {
        if (!port.isString()) {
            return port.number();
        }
        for (ContainerPort candidate : container.ports()) {
            if (candidate.name().equals(port.text())) {
                return candidate.containerPort();
            }
        }
        throw new IllegalArgumentException("couldn't find port: " + port.text());
    }

    private Socket connect(String host, int port, boolean tls, Duration timeout) throws IOException {
        Socket plain = socket();
        try {
            plain.setSoTimeout(millis(timeout));
            plain.connect(new InetSocketAddress(host, port), millis(timeout));
            return tls ? Trusting.CONTEXT.getSocketFactory().createSocket(plain, host, port, true) : plain;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private static String request(HTTPGetAction action, String host, int port, String path) {
        StringBuilder request = new StringBuilder("GET ").append(path).append(" HTTP/1.1\r\n");
        boolean hasHost = false;
        boolean hasAgent = false;
        boolean hasAccept = false;
        for (var header : action.httpHeaders()) {
            String name = header.name().toLowerCase(Locale.ROOT);
            hasHost |= name.equals("host");
            hasAgent |= name.equals("user-agent");
            hasAccept |= name.equals("accept");
            request.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        if (!hasHost) {
            request.append("Host: ").append(host).append(':').append(port).append("\r\n");
        }
        if (!hasAgent) {
            request.append("User-Agent: kube-probe/1.36\r\n");
        }
        if (!hasAccept) {
            request.append("Accept: */*\r\n");
        }
        return request.append("Connection: close\r\n\r\n").toString();
    }

    private static Outcome judge(String answer) {
        int line = answer.indexOf("\r\n");
        String[] parts = (line < 0 ? answer : answer.substring(0, line)).split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/") || !parts[1].matches("\\d{3}")) {
            return new Outcome(false, "malformed HTTP response");
        }
        int status = Integer.parseInt(parts[1]);
        if (status < 200 || status >= 400) {
            return new Outcome(false, "HTTP probe failed with statuscode: " + status);
        }
        int body = answer.indexOf("\r\n\r\n");
        return new Outcome(true, body < 0 ? "" : answer.substring(body + 4));
    }

    private static String explain(Exception e, String host, int port) {
        String where = "dial tcp " + host + ":" + port + ": ";
        return switch (e) {
            case java.net.SocketTimeoutException timeout ->
                "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
            case java.net.ConnectException refused -> where + "connect: connection refused";
            case java.net.NoRouteToHostException noRoute -> where + "connect: no route to host";
            default -> where + e.getMessage();
        };
    }

    private static int millis(Duration timeout) {
        return (int) Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
    }

    /** Created on first use: few probes use HTTPS. */
    private static final class Trusting {
        static final SSLContext CONTEXT = make();

        private static SSLContext make() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new TrustAll()}, new SecureRandom());
                return context;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this JDK has no TLS", e);
            }
        }
    }

    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate @Nullable [] chain, @Nullable String type) {
            // a probe only asks whether somebody answers
        }

        @Override
        public void checkServerTrusted(X509Certificate @Nullable [] chain, @Nullable String type) {
            // a probe only asks whether somebody answers
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
