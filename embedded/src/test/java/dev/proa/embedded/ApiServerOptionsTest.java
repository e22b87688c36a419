package dev.proa.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiServerOptionsTest {
    private static ApiServerOptions parse(String... arguments) {
        return ApiServerOptions.parse(List.of(arguments), Path.of("/"));
    }

    @Test
    void listsAreJoined() {
        ApiServerOptions options = parse("enable-admission-plugins=A,B", "--enable-admission-plugins=C");
        assertThat(options.list("enable-admission-plugins")).containsExactly("A", "B", "C");
        assertThat(options.list("disable-admission-plugins")).isEmpty();
        assertThat(ApiServerOptions.parse(options.arguments(), Path.of("/"))).isEqualTo(options);
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> parse("nonsense=1"))
                .hasMessageStartingWith("there is no flag \"nonsense\"")
                .hasMessageContaining("enable-admission-plugins");
        assertThatThrownBy(() -> parse("enable-admission-plugins")).hasMessageContaining("needs a value");
    }
}
