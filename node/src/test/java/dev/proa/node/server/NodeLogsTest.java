package dev.proa.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The logs of a node. */
class NodeLogsTest {
    private static final String LOG = """
            2026-01-01T10:00:00.000Z INFO Kubelet - one
            2026-01-01T11:00:00.000Z WARN Kubelet - two
            \tat somewhere
            2026-01-01T12:00:00.000Z INFO Kubelet - three
            """;

    @TempDir
    private Path directory;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        Path logs = Files.createDirectories(directory.resolve("logs"));
        Path pod = Files.createDirectories(logs.resolve("n_p_u/c"));
        Files.writeString(pod.resolve("0.log"), "of a container\n");
        Files.writeString(logs.resolve("syslog"), "of the system\n");
        Files.writeString(logs.resolve("a <b>.log"), "strange\n");
        Files.writeString(logs.resolve("large"), "x".repeat(1_000_000));
        Files.writeString(directory.resolve("secret"), "secret");
        Files.createSymbolicLink(logs.resolve("link"), directory.resolve("secret"));
        Files.createSymbolicLink(logs.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(logs.resolve("inside"), Path.of("syslog"));
        Files.writeString(directory.resolve("server.log"), LOG);
        node = new TestNode(logs);
    }

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/logs/", "/logs"})
    void aDirectoryIsListed(String path) throws Exception {
        HttpResponse<String> answer = node.get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(answer.body()).isEqualTo("""
                <!doctype html>
                <meta name="viewport" content="width=device-width">
                <pre>
                <a href="a%20%3Cb%3E.log">a &lt;b&gt;.log</a>
                <a href="inside">inside</a>
                <a href="large">large</a>
                <a href="link">link</a>
                <a href="n_p_u/">n_p_u/</a>
                <a href="syslog">syslog</a>
                <a href="up">up</a>
                </pre>
                """);
        assertThat(node.get("/logs/n_p_u/c/").body()).contains("<a href=\"0.log\">0.log</a>");
        HttpResponse<String> redirect = node.get("/logs/n_p_u/c");
        assertThat(redirect.statusCode()).isEqualTo(301);
        assertThat(redirect.headers().firstValue("location")).contains("c/");
    }

    @ParameterizedTest
    @CsvSource({
        "/logs/syslog, of the system",
        "/logs/n_p_u/c/0.log, of a container",
        "/logs/a%20%3Cb%3E.log, strange",
        "/logs/?query=/syslog, of the system",
        "/logs/?query=n_p_u/c/0.log, of a container",
        "/logs?query=syslog, of the system",
    })
    void aFileIsSent(String path, String content) throws Exception {
        HttpResponse<String> answer = node.get(path);
        assertThat(answer.body()).isEqualTo(content + "\n");
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void aLargeFileIsSentToItsEnd() throws Exception {
        assertThat(node.get("/logs/large").body()).hasSize(1_000_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/logs/link",
                "/logs/up",
                "/logs/up/",
                "/logs/up/secret",
                "/logs/inside",
                "/logs/%2e%2e/secret",
                "/logs/../secret",
                "/logs/n_p_u/../../secret",
                "/logs/%2fetc/passwd",
                "/logs//etc/passwd",
                "/logs/..",
                "/logs/%00",
                "/logs/missing",
                "/logs/syslog/",
                "/logs/syslog/x"
            })
    void nothingElseIsSent(String path) throws Exception {
        HttpResponse<String> answer = node.get(path);
        assertThat(answer.statusCode()).isGreaterThanOrEqualTo(300);
        assertThat(answer.body()).doesNotContain("secret").doesNotContain("root:");
        String asked = path.substring("/logs/".length())
                .replace("%2e", ".")
                .replace("%2f", "/")
                .replace("%00", "0/");
        HttpResponse<String> query = node.get("/logs/?query=" + URLEncoder.encode("/" + asked, StandardCharsets.UTF_8));
        assertThat(query.body())
                .doesNotContain("<a href=\"secret")
                .doesNotContain("root:")
                .isNotEqualTo("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "query=kubelet | one,two,somewhere,three",
                "query=kubelet&tailLines=1 | three",
                "query=kubelet&tailLines=0 | ''",
                "query=kubelet&sinceTime=2026-01-01T11:00:00Z | two,somewhere,three",
                "query=kubelet&sinceTime=2026-01-01T13:00:00%2B02:00&untilTime=2026-01-01T11:30:00Z | two,somewhere",
                "query=kubelet&pattern=W.RN | two",
                "query=kubelet&pattern=INFO&tailLines=5 | one,three",
                "query=kubelet&boot=0&tailLines=1 | three",
                "query=kubelet&boot=-1 | ''",
            })
    void theKubeletsLogIsTheOneOfItsProcess(String query, String words) throws Exception {
        HttpResponse<String> answer = node.get("/logs/?" + query);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("text/plain;charset=UTF-8");
        assertThat(answer.body().lines().map(line -> line.substring(line.lastIndexOf(' ') + 1)))
                .containsExactly(words.isEmpty() ? new String[0] : words.split(","));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "query=nothing | 200 | log not found for nothing",
                "query=syslog&tailLines=1 | 200 | options present and query resolved to log files for [syslog]",
                "query=%20 | 400 | query: Invalid value: [\" \"]: may not be empty",
                "query=kubelet&tailLines=x | 400 | tailLines: Invalid value: \"x\": strconv.Atoi: parsing \"x\": invalid syntax",
                "query=kubelet&sinceTime=now | 400 | sinceTime: Invalid value: \"now\": invalid time format",
                "query=kubelet&tailLines=-1 | 406 | tailLines: Invalid value: -1: must be between 0 and 100000, inclusive",
                "query=kubelet&boot=1 | 406 | boot: Invalid value: 1: must be less than 1",
                "query=kubelet&pattern=( | 406 | pattern: Invalid value: \"(\": error parsing regexp",
                "query=a;b | 406 | query: Invalid value: \"a;b\": input contains unsupported characters",
                "query=a&query=b&query=c&query=d&query=e | 406 | query: Too many: 5: must have at most 4 items",
                "tailLines=3 | 406 | query: Required value: cannot be empty with options",
                "query=/syslog&tailLines=3 | 406 | query: Invalid value: [\"/syslog\"]: cannot specify file with options",
                "query=/syslog&query=/large | 406 | cannot specify more than one file",
                "query=/syslog&query=kubelet | 406 | cannot specify a file and service",
            })
    void whatMakesNoSenseIsSaid(String query, int code, String text) throws Exception {
        HttpResponse<String> answer = node.get("/logs/?" + query.replace("[", "%5B"));
        assertThat(answer.body()).contains(text);
        assertThat(answer.statusCode()).isEqualTo(code);
        if (code >= 400) {
            assertThat(node.get("/logs/syslog?" + query).statusCode()).isIn(400, 406);
        }
    }

    @Test
    void nobodyElseReadsThem() throws Exception {
        for (var identity : new TestAuthority.Signed[] {null, node.authority.client("CN=stranger")}) {
            try (var client = node.client(identity)) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(node.uri("https", "/logs/syslog"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isIn(401, 403);
            }
        }
        HttpResponse<String> written = node.client.send(
                HttpRequest.newBuilder(node.uri("https", "/logs/syslog"))
                        .DELETE()
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(written.statusCode()).isEqualTo(405);
    }
}
