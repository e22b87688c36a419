package dev.proa.image.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Serves a directory over HTTP: {@code index.html} for directories, {@code 404.html} for missing files, {@code
 * /healthz} and {@code /readyz} for probes. Files in {@link #CHANGES} are served instead of those of the same path. On SIGTERM it keeps serving for {@code DRAIN_SECONDS} (5) while {@code
 * /readyz} returns 503, then completes requests in progress, and exits with 0. Listens on {@code PORT} (8080).
 *
 * <p>A single class without nested ones, because its class file is copied into images.
 */
public final class StaticServer {
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("htm", "text/html; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("xml", "application/xml"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("md", "text/plain; charset=utf-8"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("jpeg", "image/jpeg"),
            Map.entry("gif", "image/gif"),
            Map.entry("webp", "image/webp"),
            Map.entry("avif", "image/avif"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff", "font/woff"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("ttf", "font/ttf"),
            Map.entry("wasm", "application/wasm"),
            Map.entry("pdf", "application/pdf"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("mp3", "audio/mpeg"));

    /** Where changed files may be put while it runs, by whoever may write there. */
    public static final String CHANGES = "/tmp/proa-site";
    /** A file beside a changed one, which has content when the other is deleted. */
    public static final String DELETED = ".proa-deleted";

    private final Path root;
    private final Path changes;
    private final HttpServer server;
    /** By file, its time and size, and after a line feed its ETag. */
    private final ConcurrentHashMap<Path, String> tags = new ConcurrentHashMap<>();

    private volatile boolean draining;

    private StaticServer(Path root, Path changes, int port) throws IOException {
        this.root = root.toRealPath();
        this.changes = changes;
        server = HttpServer.create(new InetSocketAddress(port), 1024);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    }

    /** Starts serving a directory; port 0 takes a free one. */
    public static StaticServer start(Path root, int port) throws IOException {
        return start(root, root, port);
    }

    /** Starts serving a directory, and files that are changed later and put into another one. */
    public static StaticServer start(Path root, Path changes, int port) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "300");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
        StaticServer server = new StaticServer(root, changes, port);
        server.server.start();
        return server;
    }

    /** The port being listened on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Stops gracefully, after {@code drainSeconds} of not being ready. */
    public void shutdown(int drainSeconds) {
        draining = true;
        try {
            Thread.sleep(drainSeconds * 1000L);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(20);
    }

    /** The program: its one argument is the directory. */
    public static void main(String[] arguments) throws IOException {
        StaticServer server = start(Path.of(arguments[0]), Path.of(CHANGES), number("PORT", 8080));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.shutdown(number("DRAIN_SECONDS", 5));
            Runtime.getRuntime().halt(0);
        }));
        System.out.println("serving " + arguments[0] + " on port " + server.port());
    }

    private static int number(String variable, int otherwise) {
        String value = System.getenv(variable);
        return value == null || value.isBlank() ? otherwise : Integer.parseInt(value.strip());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (draining) {
                exchange.getResponseHeaders().set("Connection", "close");
            }
            String path = exchange.getRequestURI().getPath();
            String method = exchange.getRequestMethod();
            if (path.equals("/healthz")) {
                text(exchange, 200, "ok\n");
            } else if (path.equals("/readyz")) {
                text(exchange, draining ? 503 : 200, draining ? "draining\n" : "ready\n");
            } else if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                text(exchange, 405, "method not allowed\n");
            } else {
                serve(exchange, path);
            }
        }
    }

    private void serve(HttpExchange exchange, String path) throws IOException {
        Path file = file(path);
        if (file == null && isDirectory(path)) {
            if (!path.endsWith("/")) {
                exchange.getResponseHeaders()
                        .set("Location", exchange.getRequestURI().getRawPath() + "/");
                text(exchange, 301, "moved\n");
                return;
            }
            file = file(path + "index.html");
        }
        if (file != null) {
            send(exchange, 200, file);
            return;
        }
        Path page = file("/404.html");
        if (page != null) {
            send(exchange, 404, page);
        } else {
            text(exchange, 404, "not found\n");
        }
    }

    /**
     * The file of a request path, or null when there is none, the path is invalid or it leads out of the directory, also by links.
     * A file among the changes counts more than one of the directory, and one of which they say that it is deleted is not there.
     */
    private @Nullable Path file(String path) throws IOException {
        if (path.endsWith(DELETED)) {
            return null;
        }
        Path mark = resolve(changes, path + DELETED);
        if (mark != null && Files.size(mark) > 0) {
            return null;
        }
        for (Path directory : new Path[] {changes, root}) {
            Path file = resolve(directory, path);
            if (file != null && Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }

    private boolean isDirectory(String path) {
        for (Path directory : new Path[] {changes, root}) {
            Path found = resolve(directory, path);
            if (found != null && Files.isDirectory(found)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Path resolve(Path directory, String path) {
        try {
            Path file = directory.resolve("." + path).normalize();
            return Files.exists(file) && file.toRealPath().startsWith(directory) ? file : null;
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    private void send(HttpExchange exchange, int status, Path file) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
        long size = Files.size(file);
        String tag = tag(file, Files.getLastModifiedTime(file) + " " + size);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("ETag", tag);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
        if (status == 200 && tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(size));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, size == 0 ? -1 : size);
        if (size > 0) {
            try (InputStream in = Files.newInputStream(file);
                    OutputStream out = exchange.getResponseBody()) {
                in.transferTo(out);
            }
        }
    }

    /**
     * The ETag, computed from the content, since files of an image all have the same time; cached until the file is replaced in the
     * running container.
     */
    private String tag(Path file, String stamp) {
        String known = tags.getOrDefault(file, "");
        if (!known.startsWith(stamp + "\n")) {
            known = stamp + "\n" + tag(file);
            tags.put(file, known);
        }
        return known.substring(stamp.length() + 1);
    }

    private static String tag(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha256.update(buffer, 0, n);
            }
            return "\"" + HexFormat.of().formatHex(sha256.digest(), 0, 12) + "\"";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void text(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
        if (!head) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
