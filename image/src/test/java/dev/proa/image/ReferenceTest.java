package dev.proa.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
    private static final String HEX = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @CsvSource({
        "nginx, docker.io/library/nginx:latest, nginx:latest",
        "nginx:1.27, docker.io/library/nginx:1.27, nginx:1.27",
        "docker.io/nginx, docker.io/library/nginx:latest, nginx:latest",
        "index.docker.io/grafana/grafana:9, docker.io/grafana/grafana:9, grafana/grafana:9",
        "localhost/app, localhost/app:latest, localhost/app:latest",
        "localhost:5000/app, localhost:5000/app:latest, localhost:5000/app:latest",
        "registry.example:443/a/b/c:v1_2.3-x, registry.example:443/a/b/c:v1_2.3-x, registry.example:443/a/b/c:v1_2.3-x",
        "Registry/app, Registry/app:latest, Registry/app:latest",
        "[::1]:5000/app, [::1]:5000/app:latest, [::1]:5000/app:latest",
        "a__b/c--d.e_f:T, docker.io/a__b/c--d.e_f:T, a__b/c--d.e_f:T",
    })
    void readsNamesAsDockerDoes(String text, String full, String familiar) {
        Reference reference = Reference.parse(text);

        assertThat(reference).hasToString(full);
        assertThat(reference.familiar()).isEqualTo(familiar);
        assertThat(Reference.parse(reference.toString())).isEqualTo(reference);
        assertThat(Reference.parse(reference.familiar())).isEqualTo(reference);
    }

    @ParameterizedTest
    @CsvSource({"app@sha256:" + HEX, "app:tag@sha256:" + HEX})
    void digestDecides(String text) {
        Reference reference = Reference.parse(text);

        assertThat(reference.digest()).isEqualTo(new Digest("sha256", HEX));
        assertThat(reference.canonical()).hasToString("docker.io/library/app@sha256:" + HEX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":tag",
                "app:",
                "App",
                "a/App",
                "a..b",
                "a___b",
                "-a",
                "a-",
                "a//b",
                "/a",
                "a/",
                "a:-x",
                "a b",
                "a@b",
                "a@sha256:12",
                "a@md5:" + HEX,
                HEX,
                "bad_host.example:x/app",
                "ä",
                "localhost:/a",
                "a.b-/c",
                "a:b:c",
                "a/@sha256:" + HEX
            })
    void refusesWhatDockerRefuses(String text) {
        assertThatThrownBy(() -> Reference.parse(text)).isInstanceOf(ImageFailure.class);
    }
}
