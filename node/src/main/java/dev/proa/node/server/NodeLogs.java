package dev.proa.node.server;

import dev.proa.http.Blocking;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileStatus;
import dev.proa.node.linux.RegularFiles;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code GET /logs/...}: files of a node's log directory, and with a {@linkplain NodeLogQuery query} the log of
 * a service. Links are listed but not followed, so that nothing leads out of the directory.
 */
final class NodeLogs {
    static final String PATH = "/logs";

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int PART = 256 << 10;
    /** The largest number of characters of last lines that are buffered. */
    private static final int MOST_KEPT = 16 << 20;

    private final NodeLogFiles files;

    NodeLogs(NodeLogFiles files) {
        this.files = files;
    }

    /** Blocks until everything has been sent. */
    void serve(KubeletCall call) throws IOException {
        String path = path(call);
        NodeLogQuery query;
        try {
            query = NodeLogQuery.of(name -> call.query().getAll(name));
            if (query != null) {
                if (!path.isEmpty()) {
                    call.text(406, TEXT, "path not allowed in query mode\n");
                    return;
                }
                query.validate();
            }
        } catch (NodeLogQuery.Refusal refusal) {
            call.text(refusal.code(), TEXT, refusal.getMessage() + "\n");
            return;
        }
        if (query != null && !query.services().isEmpty()) {
            services(call, query);
        } else {
            file(call, query == null ? path : relative(query.files().getFirst()), query != null);
        }
    }

    /** The path below the log directory, without a leading slash. */
    private static String path(KubeletCall call) {
        try {
            return relative(new URI(call.path()).getPath().substring(PATH.length()));
        } catch (URISyntaxException e) {
            return "\0"; // no file has such a name
        }
    }

    private static String relative(String path) {
        return path.replace('\\', '/').replaceFirst("^/+", "");
    }

    private void file(KubeletCall call, String path, boolean asked) throws IOException {
        String name = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (name.indexOf('\0') >= 0 || List.of(name.split("/", -1)).contains("..")) {
            notFound(call, path, asked);
            return;
        }
        try (Directory root = Directory.openTrusted(files.directory())) {
            FileStatus status = name.isEmpty() ? root.status() : root.status(name);
            if (status == null) {
                notFound(call, path, asked);
            } else if (status.isDirectory()) {
                directory(call, root, name, path);
            } else if (status.isFile() && !path.endsWith("/")) {
                HttpServerResponse response = begin(call, TEXT);
                copy(root, name, response);
                Blocking.awaitPeer(response.end());
            } else {
                notFound(call, path, asked);
            }
        } catch (ErrnoException e) {
            notFound(call, path, asked); // a link, or a way through one
        }
    }

    private static void notFound(KubeletCall call, String path, boolean asked) throws IOException {
        if (asked) {
            call.text(
                    406,
                    TEXT,
                    "query: Invalid value: [\"" + path + "\"]: statat " + path + ": no such file or directory\n");
        } else {
            call.text(404, TEXT, "404 page not found\n");
        }
    }

    private static void directory(KubeletCall call, Directory root, String name, String path) throws IOException {
        if (!name.isEmpty() && !path.endsWith("/")) {
            String last = name.substring(name.lastIndexOf('/') + 1);
            call.response().putHeader(HttpHeaders.LOCATION, href(last) + "/");
            call.text(301, TEXT, "");
            return;
        }
        StringBuilder page =
                new StringBuilder("<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n");
        try (Directory listed = name.isEmpty() ? root.directory(".") : root.directory(name)) {
            for (String entry : listed.names().stream().sorted().toList()) {
                FileStatus status = listed.status(entry);
                String shown = status != null && status.isDirectory() ? entry + "/" : entry;
                page.append("<a href=\"")
                        .append(href(shown))
                        .append("\">")
                        .append(escaped(shown))
                        .append("</a>\n");
            }
        }
        call.text(200, "text/html; charset=utf-8", page.append("</pre>\n").toString());
    }

    private static String href(String name) {
        try {
            String path = new URI(null, null, name, null).getRawPath();
            return path.contains(":") ? "./" + path : path;
        } catch (URISyntaxException e) {
            return "";
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
    }

    private static HttpServerResponse begin(KubeletCall call, String type) throws IOException {
        HttpServerResponse response = call.response();
        response.putHeader(HttpHeaders.CONTENT_TYPE, type).setChunked(true);
        Blocking.awaitPeer(response.writeHead());
        return response;
    }

    /** Copies a file up to its current length. */
    private static void copy(Directory root, String name, HttpServerResponse response) throws IOException {
        long at = 0;
        while (true) {
            byte[] part = root.read(name, at, PART);
            if (part.length == 0) {
                return;
            }
            at += part.length;
            Blocking.awaitPeer(response.write(Buffer.buffer(part)));
        }
    }

    private void services(KubeletCall call, NodeLogQuery query) throws IOException {
        HttpServerResponse response = begin(call, "text/plain;charset=UTF-8");
        for (String service : query.services()) {
            if (!service.equals("kubelet") || !kubelet(query, response)) {
                service(service, query, response);
            }
        }
        Blocking.awaitPeer(response.end());
    }

    /** Serves the log of a service that writes files, trying their usual names. */
    private void service(String service, NodeLogQuery query, HttpServerResponse response) throws IOException {
        if (query.hasOptions()) {
            say(
                    response,
                    "\noptions present and query resolved to log files for [" + service
                            + "]\ntry without specifying options\n");
            return;
        }
        try (Directory root = Directory.openTrusted(files.directory())) {
            for (String name : List.of(service, service + ".log", service + "/" + service + ".log")) {
                if (isFile(root, name)) {
                    copy(root, name, response);
                    return;
                }
            }
        }
        say(response, "\nlog not found for " + service + "\n");
    }

    private static boolean isFile(Directory root, String name) {
        try {
            return root.status(name) instanceof FileStatus status && status.isFile();
        } catch (ErrnoException e) {
            return false; // what should be a directory is a file, or a link
        }
    }

    private static void say(HttpServerResponse response, String text) throws IOException {
        Blocking.awaitPeer(response.write(Buffer.buffer(text)));
    }

    /** Sends the requested part of the kubelet's own log; false when it has none. */
    private boolean kubelet(NodeLogQuery query, HttpServerResponse response) throws IOException {
        if (query.boot() != null && query.boot() < 0) {
            return true; // it covers this boot only
        }
        try (FileChannel file = RegularFiles.read(files.kubelet());
                BufferedReader lines =
                        new BufferedReader(Channels.newReader(file, StandardCharsets.UTF_8.newDecoder(), -1))) {
            new Lines(query, response).send(lines);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Selects the lines of a query. For one thread. */
    private static final class Lines {
        private final NodeLogQuery query;
        private final HttpServerResponse response;
        private final @Nullable Pattern pattern;
        private final Deque<String> last = new ArrayDeque<>();
        private final StringBuilder part = new StringBuilder();
        private int kept;
        private @Nullable Instant time;

        Lines(NodeLogQuery query, HttpServerResponse response) {
            this.query = query;
            this.response = response;
            this.pattern = query.pattern().isEmpty() ? null : Pattern.compile(query.pattern());
        }

        void send(BufferedReader lines) throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!wanted(line)) {
                    continue;
                }
                if (query.tailLines() == null) {
                    write(line);
                } else {
                    keep(line, query.tailLines());
                }
            }
            for (String line : last) {
                write(line);
            }
            flush();
        }

        /** A line without a time belongs to the one before it. */
        private boolean wanted(String line) {
            int end = line.indexOf(' ');
            if (end > 0 && Character.isDigit(line.charAt(0))) {
                try {
                    time = Instant.parse(line.substring(0, end));
                } catch (DateTimeException e) {
                    // it only begins with a digit
                }
            }
            Instant at = time == null ? Instant.EPOCH : time;
            return (query.since() == null || !at.isBefore(query.since()))
                    && (query.until() == null || !at.isAfter(query.until()))
                    && (pattern == null || pattern.matcher(line).find());
        }

        private void keep(String line, int most) {
            last.add(line);
            kept += line.length();
            while (last.size() > most || kept > MOST_KEPT && last.size() > 1) {
                kept -= last.remove().length();
            }
        }

        private void write(String line) throws IOException {
            part.append(line).append('\n');
            if (part.length() > PART) {
                flush();
            }
        }

        private void flush() throws IOException {
            if (!part.isEmpty()) {
                say(response, part.toString());
                part.setLength(0);
            }
        }
    }
}
