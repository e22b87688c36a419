package dev.proa.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad requests get the answers that a Kubernetes API server was recorded to give ({@code record.py} beside the data). */
class BadRequestsTest {
    @Test
    void areAnsweredAsByKubernetes(@TempDir Path directory) throws IOException {
        ListValue recorded;
        try (InputStream in = Objects.requireNonNull(BadRequestsTest.class.getResourceAsStream("bad-requests.json"))) {
            recorded = (ListValue) Objects.requireNonNull(Json.decode(in.readAllBytes()));
        }
        assertThat(recorded.size()).isGreaterThan(140);
        SoftAssertions softly = new SoftAssertions();
        try (RunningServer running = new RunningServer(directory);
                Https https = Https.administrator(running)) {
            https.send(
                    "POST",
                    "/api/v1/namespaces/default/serviceaccounts",
                    "{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"name\":\"default\"}}");
            for (int i = 0; i < recorded.size(); i++) {
                compare(https, recorded.map(i), softly);
            }
        }
        softly.assertAll();
    }

    private static void compare(Https https, MapValue recorded, SoftAssertions softly) {
        String line = recorded.string("request");
        String[] words = line.split("\t", -1);
        String body = words[4].equals("-") ? null : words[4];
        HttpResponse<String> response = words[3].equals("-")
                ? https.send(words[1], words[2], body)
                : https.send(words[1], words[2], body, "Content-Type", words[3]);
        softly.assertThat((long) response.statusCode()).as(line).isEqualTo(recorded.integer("code", 0));
        if (words[0].equals("code") || recorded.get("body") == null) {
            return;
        }
        if (recorded.get("body") instanceof String text) {
            softly.assertThat(response.body()).as(line).isEqualTo(text);
            return;
        }
        MapValue status = Json.decodeMap(normalized(response.body()));
        MapValue expected = recorded.map("body");
        softly.assertThat(status.string("reason")).as(line).isEqualTo(expected.string("reason"));
        if (words[0].equals("same")) {
            softly.assertThat(status.string("message")).as(line).isEqualTo(expected.string("message"));
            softly.assertThat(status.map("details")).as(line).isEqualTo(expected.map("details"));
        }
    }

    /** Without what differs from run to run. */
    private static String normalized(String body) {
        return body.replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID")
                .replaceAll("record \\(\\d+\\)", "record (RV)")
                .replaceAll("current: \\d+", "current: RV");
    }
}
