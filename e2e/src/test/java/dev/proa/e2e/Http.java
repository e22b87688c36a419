package dev.proa.e2e;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A plain HTTP/1.1 client that, unlike Java's, never asks twice: a lost request stays lost. For one thread. */
final class Http implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private boolean reusable = true;

    private Http(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new java.io.BufferedInputStream(socket.getInputStream());
    }

    record Answer(int status, String body) {}

    /** Asks over a connection that is there. */
    static Http over(Socket socket) throws IOException {
        return new Http(socket);
    }

    /** Connects from the network namespace of the calling thread. */
    static Http connect(String host, int port) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress(host, port), 5_000);
            return new Http(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Asks once, from a cluster's machine or its first node. */
    static Answer get(TestCluster cluster, String host, int port, String path) throws IOException {
        return cluster.reaching(host, () -> {
            try (Http http = connect(host, port)) {
                return http.get(path, false);
            }
        });
    }

    /** @param keep whether the connection may be used again */
    Answer get(String path, boolean keep) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: test\r\n" + (keep ? "" : "Connection: close\r\n") + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        List<String> head = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.add(line);
        }
        reusable = keep && header(head, "connection").isEmpty();
        String length = header(head, "content-length");
        byte[] body;
        if (!length.isEmpty()) {
            int wanted = Integer.parseInt(length);
            body = in.readNBytes(wanted);
            if (body.length < wanted) {
                throw new EOFException("the connection ended within a body");
            }
        } else if (header(head, "transfer-encoding").equals("chunked")) {
            body = chunks();
        } else {
            reusable = false;
            body = in.readAllBytes();
        }
        return new Answer(Integer.parseInt(head.getFirst().split(" ")[1]), new String(body, StandardCharsets.UTF_8));
    }

    /** Whether the server has not said that it ends the connection. */
    boolean reusable() {
        return reusable;
    }

    private byte[] chunks() throws IOException {
        var out = new java.io.ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
            out.write(in.readNBytes(size));
            line();
        }
        line();
        return out.toByteArray();
    }

    private static String header(List<String> head, String name) {
        return head.stream()
                .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException(
                        "the connection ended" + (line.isEmpty() ? " without an answer" : " within a line"));
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
